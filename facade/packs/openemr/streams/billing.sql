-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The fee sheet: diagnoses and procedures of a visit. activity 0 is its soft delete. CPT 99201-99499 are the visit
-- itself and become Encounter.type; payments (COPAY) and local types are not clinical.
SELECT
  b.id, b.date, b.code_type, b.code, b.modifier, b.code_text, b.units, b.groupname AS entered_group,
  CASE WHEN b.activity = 1 THEN 0 ELSE 1 END AS is_deleted,
  p.pid, visit.encounter, e.date AS visit_date,
  provider.id AS provider_id, author.id AS author_id, home.id AS author_facility
FROM billing AS b
LEFT JOIN patient_data AS p ON p.pid = b.pid
LEFT JOIN forms AS visit
  ON visit.pid = b.pid AND visit.encounter = b.encounter AND visit.formdir = 'newpatient' AND visit.deleted = 0
LEFT JOIN form_encounter AS e ON e.id = visit.form_id
LEFT JOIN users AS provider
  ON provider.id = b.provider_id AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN users AS author
  ON author.id = b.user AND author.lname <> '' AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
WHERE b.code <> ''
  AND (b.code_type IN ('ICD10', 'ICD9', 'HCPCS', 'ICD10-PCS', 'ICD9-SG', 'SNOMED-PR')
    OR (b.code_type = 'CPT4' AND NOT (b.code BETWEEN '99201' AND '99499' AND CHAR_LENGTH(b.code) = 5)))
