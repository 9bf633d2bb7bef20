-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- FLOAT(5,2) columns, cast to the two digits they were declared with; 0.00 is "not measured".
SELECT
  v.id, v.date, v.bps, v.bpd,
  CAST(v.weight AS DECIMAL(7, 2)) AS weight, CAST(v.height AS DECIMAL(7, 2)) AS height,
  CAST(v.temperature AS DECIMAL(7, 2)) AS temperature, v.temp_method,
  CAST(v.pulse AS DECIMAL(7, 2)) AS pulse, CAST(v.respiration AS DECIMAL(7, 2)) AS respiration,
  CAST(v.oxygen_saturation AS DECIMAL(7, 2)) AS oxygen_saturation,
  CAST(v.BMI AS DECIMAL(5, 1)) AS BMI, v.BMI_status,
  CAST(v.waist_circ AS DECIMAL(7, 2)) AS waist_circ, CAST(v.head_circ AS DECIMAL(6, 2)) AS head_circ,
  CASE
    WHEN v.bps REGEXP '^[0-9.]+$' AND v.bps > 0 OR v.bpd REGEXP '^[0-9.]+$' AND v.bpd > 0 OR v.weight > 0
      OR v.height > 0 OR v.temperature > 0 OR v.pulse > 0 OR v.respiration > 0 OR v.oxygen_saturation > 0
      OR v.BMI > 0 OR v.waist_circ > 0 OR v.head_circ > 0 THEN 1
    ELSE 0
  END AS is_measured,
  v.note, CASE WHEN f.deleted = 0 AND v.activity = 1 THEN 0 ELSE 1 END AS is_deleted,
  f.date AS entered, v.user AS entered_by, f.groupname AS entered_group,
  p.pid, visit.encounter, author.id AS author_id, home.id AS author_facility
FROM form_vitals AS v
JOIN forms AS f ON f.form_id = v.id AND f.pid = v.pid AND f.formdir = 'vitals'
LEFT JOIN patient_data AS p ON p.pid = v.pid
LEFT JOIN forms AS visit
  ON visit.pid = f.pid AND visit.encounter = f.encounter AND visit.formdir = 'newpatient' AND visit.deleted = 0
LEFT JOIN users AS author
  ON author.username = v.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
