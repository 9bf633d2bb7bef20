-- key: report_id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
SELECT
  r.procedure_report_id AS report_id, r.date_collected, r.date_collected_tz, r.date_report, r.date_report_tz,
  r.specimen_num, r.report_status, r.review_status, r.report_notes,
  o.procedure_order_id AS order_id, c.procedure_order_seq AS seq, c.procedure_code, c.procedure_name,
  o.date_collected AS order_collected, o.control_id,
  CASE WHEN o.activity = 1 THEN 0 ELSE 1 END AS is_deleted,
  p.pid, visit.encounter, provider.id AS provider_id, lab.ppid AS lab_id,
  author.id AS author_id, home.id AS author_facility,
  (SELECT GROUP_CONCAT(x.procedure_result_id ORDER BY x.procedure_result_id SEPARATOR ';')
    FROM procedure_result AS x WHERE x.procedure_report_id = r.procedure_report_id) AS result_ids
FROM procedure_report AS r
LEFT JOIN procedure_order AS o ON o.procedure_order_id = r.procedure_order_id
LEFT JOIN procedure_order_code AS c
  ON c.procedure_order_id = r.procedure_order_id AND c.procedure_order_seq = r.procedure_order_seq
LEFT JOIN patient_data AS p ON p.pid = o.patient_id
LEFT JOIN forms AS visit
  ON visit.pid = o.patient_id AND visit.encounter = o.encounter_id AND visit.formdir = 'newpatient'
    AND visit.deleted = 0
LEFT JOIN users AS provider
  ON provider.id = o.provider_id AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN procedure_providers AS lab ON lab.ppid = o.lab_id
LEFT JOIN users AS author
  ON author.id = r.source AND author.lname <> '' AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
