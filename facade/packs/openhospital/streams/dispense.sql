-- key: MMVN_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- What a ward's own pharmacy hands out; corrections of its stock and moves between wards have no patient.
-- MMVN_MDSR_ID is a text that holds the article's number.
SELECT
  d.MMVN_ID, d.MMVN_DATE, CAST(d.MMVN_MDSR_QTY AS CHAR) AS MMVN_MDSR_QTY, d.MMVN_MDSR_UNITS,
  CASE WHEN d.MMVN_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, m.MDSR_ID AS medical_id, m.MDSR_DESC AS medical_name, l.LT_ID_A AS lot_id,
  w.WRD_ID_A AS ward_id, w.WRD_NAME AS ward_name, dispenser.US_ID_A AS dispenser_id,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(d.MMVN_LAST_MODIFIED_DATE, d.MMVN_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_medicaldsrstockmovward AS d
LEFT JOIN oh_patient AS p ON p.PAT_ID = d.MMVN_PAT_ID
LEFT JOIN oh_medicaldsr AS m ON m.MDSR_ID = CAST(d.MMVN_MDSR_ID AS UNSIGNED)
LEFT JOIN oh_medicaldsrlot AS l ON l.LT_ID_A = d.MMVN_LT_ID
LEFT JOIN oh_ward AS w ON w.WRD_ID_A = d.MMVN_WRD_ID_A
LEFT JOIN oh_user AS dispenser ON dispenser.US_ID_A = d.MMVN_CREATED_BY
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(d.MMVN_LAST_MODIFIED_DATE IS NULL, d.MMVN_CREATED_BY, d.MMVN_LAST_MODIFIED_BY)
WHERE d.MMVN_IS_PATIENT = 1
