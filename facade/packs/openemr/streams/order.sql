-- key: order_id, seq
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
SELECT
  o.procedure_order_id AS order_id, COALESCE(c.procedure_order_seq, 0) AS seq,
  c.procedure_code, c.procedure_name, c.diagnoses, c.procedure_source,
  o.date_ordered, o.date_collected, o.order_priority, o.order_status, o.patient_instructions, o.control_id,
  o.specimen_type, o.specimen_location, o.clinical_hx, o.history_order, o.external_id,
  CASE WHEN o.activity = 1 THEN 0 ELSE 1 END AS is_deleted,
  p.pid, visit.encounter, provider.id AS provider_id, lab.ppid AS lab_id
FROM procedure_order AS o
LEFT JOIN procedure_order_code AS c ON c.procedure_order_id = o.procedure_order_id
LEFT JOIN patient_data AS p ON p.pid = o.patient_id
LEFT JOIN forms AS visit
  ON visit.pid = o.patient_id AND visit.encounter = o.encounter_id AND visit.formdir = 'newpatient'
    AND visit.deleted = 0
LEFT JOIN users AS provider
  ON provider.id = o.provider_id AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN procedure_providers AS lab ON lab.ppid = o.lab_id
