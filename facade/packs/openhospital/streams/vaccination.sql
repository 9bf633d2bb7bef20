-- key: PAV_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- oh_vaccine.VAC_ACTIVE is 0 on vaccines in use: it says nothing.
SELECT
  i.PAV_ID, i.PAV_DATE, i.PAV_CREATED_DATE, v.VAC_ID_A, v.VAC_DESC, t.VACT_DESC,
  CASE WHEN i.PAV_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(i.PAV_LAST_MODIFIED_DATE, i.PAV_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_patientvaccine AS i
LEFT JOIN oh_patient AS p ON p.PAT_ID = i.PAV_PAT_ID
LEFT JOIN oh_vaccine AS v ON v.VAC_ID_A = i.PAV_VAC_ID_A
LEFT JOIN oh_vaccinetype AS t ON t.VACT_ID_A = v.VAC_VACT_ID_A
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(i.PAV_LAST_MODIFIED_DATE IS NULL, i.PAV_CREATED_BY, i.PAV_LAST_MODIFIED_BY)
