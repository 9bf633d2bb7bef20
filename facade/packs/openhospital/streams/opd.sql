-- key: OPD_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- OPD_AGE and OPD_SEX are copies of what the patient was that day.
SELECT
  o.OPD_ID, o.OPD_DATE, o.OPD_NEW_PAT, o.OPD_REFERRAL_FROM, o.OPD_REFERRAL_TO, o.OPD_NOTE, o.OPD_PRESCRIPTION,
  d1.DIS_ID_A AS d1_code, d1.DIS_DESC AS d1_text, d2.DIS_ID_A AS d2_code, d2.DIS_DESC AS d2_text,
  d3.DIS_ID_A AS d3_code, d3.DIS_DESC AS d3_text,
  CASE WHEN o.OPD_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, w.WRD_ID_A AS ward_id, w.WRD_NAME AS ward_name,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(o.OPD_LAST_MODIFIED_DATE, o.OPD_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_opd AS o
LEFT JOIN oh_patient AS p ON p.PAT_ID = o.OPD_PAT_ID
LEFT JOIN oh_ward AS w ON w.WRD_ID_A = o.OPD_WRD_ID_A
LEFT JOIN oh_disease AS d1 ON d1.DIS_ID_A = o.OPD_DIS_ID_A
LEFT JOIN oh_disease AS d2 ON d2.DIS_ID_A = o.OPD_DIS_ID_A_2
LEFT JOIN oh_disease AS d3 ON d3.DIS_ID_A = o.OPD_DIS_ID_A_3
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(o.OPD_LAST_MODIFIED_DATE IS NULL, o.OPD_CREATED_BY, o.OPD_LAST_MODIFIED_BY)
