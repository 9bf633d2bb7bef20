-- key: encounter
-- dialect: mysql
-- mode: snapshot
-- deleted: deleted
-- The forms row of the visit carries the soft delete and who entered it; form_encounter itself has neither.
SELECT
  e.encounter, e.id, e.date, e.reason, e.onset_date, e.sensitivity, e.pos_code, e.referral_source, e.external_id,
  e.invoice_refno, e.facility AS facility_text,
  CASE WHEN e.date < CURRENT_DATE THEN 1 ELSE 0 END AS day_is_over,
  p.pid, f.deleted, f.date AS entered, f.user AS entered_by, f.groupname AS entered_group,
  c.pc_constant_id AS category, c.pc_catname AS category_title,
  place.id AS facility_id, place.name AS facility_name, place.service_location AS facility_serves,
  place.pos_code AS facility_pos,
  provider.id AS provider_id, supervisor.id AS supervisor_id,
  author.id AS author_id, home.id AS author_facility,
  tracked.pc_eid AS appointment_id, tracked.pc_apptstatus AS appointment_status,
  tracked.pc_recurrtype AS appointment_repeats,
  (SELECT GROUP_CONCAT(DISTINCT b.code ORDER BY b.code SEPARATOR ';') FROM billing AS b
    WHERE b.pid = e.pid AND b.encounter = e.encounter AND b.activity = 1 AND b.code_type = 'CPT4'
      AND b.code BETWEEN '99201' AND '99499' AND CHAR_LENGTH(b.code) = 5) AS visit_codes,
  (SELECT GROUP_CONCAT(DISTINCT i.list_id ORDER BY i.list_id SEPARATOR ';') FROM issue_encounter AS i
    JOIN lists AS l ON l.id = i.list_id AND l.pid = i.pid AND l.type IN ('medical_problem', 'dental')
    WHERE i.pid = e.pid AND i.encounter = e.encounter) AS problem_ids,
  (SELECT GROUP_CONCAT(d.id ORDER BY d.id SEPARATOR ';') FROM billing AS d
    WHERE d.pid = e.pid AND d.encounter = e.encounter AND d.activity = 1 AND d.code <> ''
      AND d.code_type IN ('ICD10', 'ICD9')) AS diagnosis_ids
FROM form_encounter AS e
JOIN forms AS f
  ON f.pid = e.pid AND f.encounter = e.encounter AND f.form_id = e.id AND f.formdir = 'newpatient'
LEFT JOIN patient_data AS p ON p.pid = e.pid
LEFT JOIN openemr_postcalendar_categories AS c ON c.pc_catid = e.pc_catid
LEFT JOIN facility AS place ON place.id = e.facility_id
LEFT JOIN users AS provider
  ON provider.id = e.provider_id AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN users AS supervisor
  ON supervisor.id = e.supervisor_id AND supervisor.lname <> ''
    AND (supervisor.fname <> '' OR supervisor.authorized = 1)
LEFT JOIN users AS author
  ON author.username = f.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
LEFT JOIN openemr_postcalendar_events AS tracked
  ON tracked.pc_eid = (SELECT MAX(t.eid) FROM patient_tracker AS t WHERE t.pid = e.pid AND t.encounter = e.encounter)
    AND tracked.pc_pid = e.pid
