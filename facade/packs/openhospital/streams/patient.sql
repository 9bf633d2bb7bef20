-- key: PAT_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: PAT_DELETED
-- Patient 0 is a placeholder, flagged as deleted. PAT_AGE is the age at registration and is not read.
-- A discharge as dead (type D) is the only word on death; a later admission or visit takes it back.
SELECT
  p.PAT_ID, p.PAT_FNAME, p.PAT_SNAME, p.PAT_NAME, p.PAT_BDATE, p.PAT_SEX, p.PAT_ADDR, p.PAT_CITY, p.PAT_NEXT_KIN,
  p.PAT_TELE, p.PAT_MOTH_NAME, p.PAT_MOTH, p.PAT_FATH_NAME, p.PAT_FATH, p.PAT_NOTE, p.PAT_BTYPE, p.PAT_TAXCODE,
  p.PAT_PROFESSION, p.PAT_MAR_STAT, p.PAT_ALLERGIES, p.PAT_ANAMNESIS, p.PAT_DELETED,
  photo.PAT_PHOTO,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  (SELECT MAX(d.ADM_DATE_DIS) FROM oh_admission AS d
    WHERE d.ADM_PAT_ID = p.PAT_ID AND d.ADM_DELETED = 'N' AND d.ADM_DIST_ID_A = 'D'
      AND NOT EXISTS (SELECT 1 FROM oh_admission AS a
        WHERE a.ADM_PAT_ID = p.PAT_ID AND a.ADM_DELETED = 'N' AND a.ADM_DATE_ADM > d.ADM_DATE_DIS)
      AND NOT EXISTS (SELECT 1 FROM oh_opd AS o
        WHERE o.OPD_PAT_ID = p.PAT_ID AND o.OPD_DATE > d.ADM_DATE_DIS)) AS died,
  COALESCE(p.PAT_LAST_MODIFIED_DATE, p.PAT_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_patient AS p
LEFT JOIN oh_patient_profile_photo AS photo ON photo.PAT_PROFILE_PHOTO_ID = p.PAT_PROFILE_PHOTO_ID
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(p.PAT_LAST_MODIFIED_DATE IS NULL, p.PAT_CREATED_BY, p.PAT_LAST_MODIFIED_BY)
