-- key: result_id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
SELECT
  x.procedure_result_id AS result_id, x.result_data_type, x.result_code, x.result_text, x.date, x.facility,
  CASE WHEN x.result_data_type = 'L' THEN SUBSTRING_INDEX(x.comments, '\n', 1) END AS long_text,
  x.units, x.result, x.`range`, x.abnormal, x.comments, x.result_status,
  r.date_collected, r.date_collected_tz, r.date_report, r.date_report_tz, r.report_status, r.specimen_num,
  o.procedure_order_id AS order_id, o.date_collected AS order_collected, c.procedure_order_seq AS seq,
  CASE WHEN o.activity = 1 THEN 0 ELSE 1 END AS is_deleted,
  p.pid, visit.encounter, lab.ppid AS lab_id, document.id AS document_id
FROM procedure_result AS x
JOIN procedure_report AS r ON r.procedure_report_id = x.procedure_report_id
LEFT JOIN procedure_order AS o ON o.procedure_order_id = r.procedure_order_id
LEFT JOIN procedure_order_code AS c
  ON c.procedure_order_id = r.procedure_order_id AND c.procedure_order_seq = r.procedure_order_seq
LEFT JOIN patient_data AS p ON p.pid = o.patient_id
LEFT JOIN forms AS visit
  ON visit.pid = o.patient_id AND visit.encounter = o.encounter_id AND visit.formdir = 'newpatient'
    AND visit.deleted = 0
LEFT JOIN procedure_providers AS lab ON lab.ppid = o.lab_id
LEFT JOIN documents AS document
  ON document.id = x.document_id AND document.foreign_id = o.patient_id
    AND document.audit_master_approval_status = 1
