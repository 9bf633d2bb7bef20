-- key: id
-- dialect: mysql
-- mode: snapshot
-- date_modified is a day, set by one screen and not by imports or e-prescribing: no watermark to trust.
SELECT
  r.id, r.date_added, r.date_modified, r.start_date, r.end_date, r.drug, r.rxnorm_drugcode, r.form, r.dosage,
  r.quantity, r.size, r.unit, r.route, r.`interval`, r.substitute, r.refills, r.per_refill, r.note, r.active,
  r.datetime, r.indication, r.prn, r.user AS entered_by,
  CASE WHEN r.end_date > '0000-00-00' AND r.end_date < CURRENT_DATE THEN 1 ELSE 0 END AS ended,
  d.ndc_number, d.name AS drug_name,
  unit.title AS unit_title, form.title AS form_title, route.title AS route_title, times.title AS interval_title,
  p.pid, visit.encounter, pharmacy.id AS pharmacy_id,
  provider.id AS provider_id, author.id AS author_id, home.id AS author_facility
FROM prescriptions AS r
LEFT JOIN patient_data AS p ON p.pid = r.patient_id
LEFT JOIN drugs AS d ON d.drug_id = r.drug_id AND r.drug_id > 0
LEFT JOIN list_options AS form ON form.list_id = 'drug_form' AND form.option_id = CAST(r.form AS CHAR)
LEFT JOIN list_options AS unit ON unit.list_id = 'drug_units' AND unit.option_id = CAST(r.unit AS CHAR)
LEFT JOIN list_options AS route ON route.list_id = 'drug_route' AND route.option_id = CAST(r.route AS CHAR)
LEFT JOIN list_options AS times ON times.list_id = 'drug_interval' AND times.option_id = CAST(r.`interval` AS CHAR)
LEFT JOIN forms AS visit
  ON visit.pid = r.patient_id AND visit.encounter = r.encounter AND visit.formdir = 'newpatient' AND visit.deleted = 0
LEFT JOIN pharmacies AS pharmacy ON pharmacy.id = r.pharmacy_id
LEFT JOIN users AS provider
  ON provider.id = r.provider_id AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN users AS author
  ON author.username = r.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
