-- key: MDSR_ID
-- dialect: mysql
-- mode: snapshot
-- The pharmacy's articles: drugs (D), chemicals (K), laboratory (L) and surgery (S) supplies. MDSR_DELETED takes one out
-- of use and keeps its history, so it is inactive and not gone.
SELECT m.MDSR_ID, m.MDSR_CODE, m.MDSR_DESC, m.MDSR_DELETED, t.MDSRT_ID_A, t.MDSRT_DESC
FROM oh_medicaldsr AS m
LEFT JOIN oh_medicaldsrtype AS t ON t.MDSRT_ID_A = m.MDSR_MDSRT_ID_A
