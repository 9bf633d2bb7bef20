-- key: demographic_no
-- dialect: mysql
-- mode: snapshot
-- lastUpdateDate is set by one screen; its neighbours (demographicExt, demographiccust) do not move it.
-- month_days tells a 31 February; demographicExt keeps one row for each save, the newest counts.
SELECT
  d.demographic_no, d.title, d.last_name, d.first_name, d.alias, d.sex,
  d.year_of_birth, d.month_of_birth, d.date_of_birth,
  DAY(LAST_DAY(CONCAT(d.year_of_birth, '-', d.month_of_birth, '-01'))) AS month_days,
  d.address, d.city, d.province, d.postal, d.previousAddress AS previous_address, d.phone, d.phone2, d.email,
  x.cell, x.home_extension, x.work_extension,
  d.hin, d.ver, d.hc_type, d.eff_date, d.hc_renew_date, d.chart_no, d.sin, d.official_lang, d.spoken_lang,
  d.patient_status, d.patient_status_date, d.date_joined, d.end_date, d.family_doctor,
  d.roster_status, d.roster_date, d.roster_termination_date, d.country_of_origin,
  d.lastUpdateDate AS updated,
  c.cust3 AS alert, c.content AS remarks,
  mrp.provider_no AS provider_id, nurse.provider_no AS nurse_id, resident.provider_no AS resident_id,
  midwife.provider_no AS midwife_id, author.provider_no AS author_id,
  (SELECT MIN(s.specId) FROM professionalSpecialists AS s
    WHERE s.referralNo <> '' AND s.lName <> ''
      AND s.referralNo = SUBSTRING_INDEX(SUBSTRING_INDEX(d.family_doctor, '</rdohip>', 1), '<rdohip>', -1)) AS referrer_id,
  (SELECT MAX(m.merged_to) FROM demographic_merged AS m
    JOIN demographic AS kept ON kept.demographic_no = m.merged_to
    WHERE m.demographic_no = d.demographic_no AND m.deleted = 0 AND m.merged_to <> m.demographic_no) AS merged_to,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM demographic AS d
LEFT JOIN demographiccust AS c ON c.demographic_no = d.demographic_no
LEFT JOIN (
  SELECT demographic_no,
    SUBSTRING_INDEX(GROUP_CONCAT(CASE WHEN key_val = 'demo_cell' THEN value END ORDER BY id DESC SEPARATOR '|'), '|', 1) AS cell,
    SUBSTRING_INDEX(GROUP_CONCAT(CASE WHEN key_val = 'hPhoneExt' THEN value END ORDER BY id DESC SEPARATOR '|'), '|', 1) AS home_extension,
    SUBSTRING_INDEX(GROUP_CONCAT(CASE WHEN key_val = 'wPhoneExt' THEN value END ORDER BY id DESC SEPARATOR '|'), '|', 1) AS work_extension
  FROM demographicExt
  WHERE key_val IN ('demo_cell', 'hPhoneExt', 'wPhoneExt')
  GROUP BY demographic_no
) AS x ON x.demographic_no = d.demographic_no
LEFT JOIN provider AS mrp ON mrp.provider_no = d.provider_no AND mrp.last_name <> ''
LEFT JOIN provider AS nurse ON nurse.provider_no = c.cust1 AND nurse.last_name <> ''
LEFT JOIN provider AS resident ON resident.provider_no = c.cust2 AND resident.last_name <> ''
LEFT JOIN provider AS midwife ON midwife.provider_no = c.cust4 AND midwife.last_name <> ''
LEFT JOIN provider AS author ON author.provider_no = d.lastUpdateUser AND author.last_name <> ''
