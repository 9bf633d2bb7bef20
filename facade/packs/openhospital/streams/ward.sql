-- key: WRD_ID_A
-- dialect: mysql
-- mode: snapshot
-- A ward takes visits, so it has a calendar: from the first to the last visit that is in it.
SELECT
  w.WRD_ID_A, w.WRD_NAME, w.WRD_TELE, w.WRD_FAX, w.WRD_EMAIL, w.WRD_NBEDS, w.WRD_IS_OPD,
  w.WRD_VISIT_DURATION, h.HOS_ID_A AS hospital_id,
  h.HOS_VISIT_START AS opens, h.HOS_VISIT_END AS closes,
  (SELECT MIN(v.VST_DATE) FROM oh_visits AS v WHERE v.VST_WRD_ID_A = w.WRD_ID_A) AS first_visit,
  (SELECT MAX(v.VST_DATE) FROM oh_visits AS v WHERE v.VST_WRD_ID_A = w.WRD_ID_A) AS last_visit
FROM oh_ward AS w
LEFT JOIN oh_hospital AS h ON h.HOS_ID_A = (SELECT MIN(HOS_ID_A) FROM oh_hospital)
