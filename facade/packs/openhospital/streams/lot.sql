-- key: LT_ID_A
-- dialect: mysql
-- mode: snapshot
SELECT l.LT_ID_A, l.LT_DUE_DATE, m.MDSR_ID, m.MDSR_CODE, m.MDSR_DESC, t.MDSRT_ID_A, t.MDSRT_DESC
FROM oh_medicaldsrlot AS l
LEFT JOIN oh_medicaldsr AS m ON m.MDSR_ID = l.LT_MDSR_ID
LEFT JOIN oh_medicaldsrtype AS t ON t.MDSRT_ID_A = m.MDSR_MDSRT_ID_A
