-- key: THR_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Some end before they start. "Over" changes with the day, not with the row.
SELECT
  t.THR_ID, t.THR_STARTDATE, t.THR_ENDDATE, CAST(t.THR_QTY AS CHAR) AS THR_QTY, t.THR_FREQINDAY, t.THR_FREQINPRD,
  t.THR_NOTE, t.THR_CREATED_DATE,
  CASE WHEN t.THR_ENDDATE < t.THR_STARTDATE THEN 1 ELSE 0 END AS is_reversed,
  CASE WHEN t.THR_ENDDATE < CURRENT_DATE THEN 1 ELSE 0 END AS is_over,
  CASE WHEN t.THR_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, m.MDSR_ID AS medical_id, m.MDSR_DESC AS medical_name, prescriber.US_ID_A AS prescriber_id,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(t.THR_LAST_MODIFIED_DATE, t.THR_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_therapies AS t
LEFT JOIN oh_patient AS p ON p.PAT_ID = t.THR_PAT_ID
LEFT JOIN oh_medicaldsr AS m ON m.MDSR_ID = t.THR_MDSR_ID
LEFT JOIN oh_user AS prescriber ON prescriber.US_ID_A = t.THR_CREATED_BY
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(t.THR_LAST_MODIFIED_DATE IS NULL, t.THR_CREATED_BY, t.THR_LAST_MODIFIED_BY)
