-- key: PTC_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Rows outlive their patients: those without one count as deleted.
SELECT c.PTC_ID, c.PTC_CONSENSUS, c.PTC_CREATED_DATE, p.PAT_ID AS pid,
  CASE WHEN c.PTC_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id
FROM oh_patient_consensus AS c
LEFT JOIN oh_patient AS p ON p.PAT_ID = c.PTC_PAT_ID
