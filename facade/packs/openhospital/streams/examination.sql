-- key: PEX_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- PEX_HGT is a haemoglucotest, not a height. DOUBLE columns as text keep the digits that were typed.
SELECT
  e.PEX_ID, e.PEX_DATE, e.PEX_HEIGHT, CAST(e.PEX_WEIGHT AS CHAR) AS PEX_WEIGHT, e.PEX_AP_MIN, e.PEX_AP_MAX, e.PEX_HR,
  CAST(e.PEX_TEMP AS CHAR) AS PEX_TEMP, CAST(e.PEX_SAT AS CHAR) AS PEX_SAT, e.PEX_HGT, e.PEX_DIURESIS,
  e.PEX_DIURESIS_DESC, e.PEX_BOWEL_DESC, e.PEX_RR, e.PEX_AUSC, e.PEX_NOTE,
  CASE WHEN e.PEX_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(e.PEX_LAST_MODIFIED_DATE, e.PEX_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_patientexamination AS e
LEFT JOIN oh_patient AS p ON p.PAT_ID = e.PEX_PAT_ID
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(e.PEX_LAST_MODIFIED_DATE IS NULL, e.PEX_CREATED_BY, e.PEX_LAST_MODIFIED_BY)
