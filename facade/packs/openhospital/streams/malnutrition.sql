-- key: MLN_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- MNL_DATE_CONF (sic) is the day of the next control.
SELECT
  m.MLN_ID, m.MLN_DATE_SUPP, CAST(m.MLN_HEIGHT AS CHAR) AS height, CAST(m.MLN_WEIGHT AS CHAR) AS weight,
  CASE WHEN a.ADM_DELETED = 'N' AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, a.ADM_ID AS admission_id
FROM oh_malnutritioncontrol AS m
LEFT JOIN oh_admission AS a ON a.ADM_ID = m.MLN_ADM_ID
LEFT JOIN oh_patient AS p ON p.PAT_ID = a.ADM_PAT_ID
