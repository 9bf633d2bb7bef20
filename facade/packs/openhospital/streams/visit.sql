-- key: VST_ID
-- dialect: mysql
-- mode: live
-- deleted: is_deleted
-- Planned visits to a ward. There is no status: whether somebody came is not told.
SELECT
  v.VST_ID, v.VST_DATE, v.VST_NOTE, v.VST_SERVICE, COALESCE(v.VST_DURATION, w.WRD_VISIT_DURATION) AS minutes,
  v.VST_CREATED_DATE,
  CASE WHEN v.VST_ACTIVE = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, w.WRD_ID_A AS ward_id, w.WRD_NAME AS ward_name,
  (SELECT MIN(o.OPD_ID) FROM oh_opd AS o
    WHERE o.OPD_NEXT_VISIT_ID = v.VST_ID AND o.OPD_ACTIVE = 1 AND o.OPD_PAT_ID = v.VST_PAT_ID) AS opd_id,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(v.VST_LAST_MODIFIED_DATE, v.VST_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_visits AS v
LEFT JOIN oh_patient AS p ON p.PAT_ID = v.VST_PAT_ID
LEFT JOIN oh_ward AS w ON w.WRD_ID_A = v.VST_WRD_ID_A
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(v.VST_LAST_MODIFIED_DATE IS NULL, v.VST_CREATED_BY, v.VST_LAST_MODIFIED_BY)
