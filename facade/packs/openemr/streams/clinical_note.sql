-- key: kind, id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
SELECT
  f.formdir AS kind, f.form_id AS id, f.date AS entered, f.user AS entered_by, f.groupname AS entered_group,
  COALESCE(s.date, d.date, i.date) AS date,
  s.subjective, s.objective, s.assessment, s.plan, d.dictation, d.additional_notes, i.instruction,
  CASE WHEN f.deleted = 0 AND COALESCE(s.activity, d.activity, i.activity, 0) = 1 THEN 0 ELSE 1 END AS is_deleted,
  p.pid, visit.encounter, author.id AS author_id, home.id AS author_facility
FROM forms AS f
LEFT JOIN form_soap AS s ON f.formdir = 'soap' AND s.id = f.form_id
LEFT JOIN form_dictation AS d ON f.formdir = 'dictation' AND d.id = f.form_id
LEFT JOIN form_clinical_instructions AS i ON f.formdir = 'clinical_instructions' AND i.id = f.form_id
LEFT JOIN patient_data AS p ON p.pid = f.pid
LEFT JOIN forms AS visit
  ON visit.pid = f.pid AND visit.encounter = f.encounter AND visit.formdir = 'newpatient' AND visit.deleted = 0
LEFT JOIN users AS author
  ON author.username = f.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
WHERE f.formdir IN ('soap', 'dictation', 'clinical_instructions')
