-- key: appointment_no
-- dialect: mysql
-- mode: snapshot
-- An appointment at which the patient was: here (H), picked up (P), room empty again (E), billed (B), its note signed
-- or verified (second letter S, V), a note written for it, or a bill. Never a cancelled (C) or missed (N) one.
SELECT
  a.appointment_no, a.appointment_date, a.start_time, a.end_time, a.status, a.type, a.reason, a.location,
  CASE WHEN a.end_time >= a.start_time THEN TIME_TO_SEC(a.end_time) - TIME_TO_SEC(a.start_time) + 60 END AS lasts_seconds,
  CASE WHEN a.appointment_date < CURRENT_DATE OR b.appointment_no IS NOT NULL THEN 1 ELSE 0 END AS is_over,
  n.encounter_type, b.visit_type, reason_item.label AS reason_label,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, site.site_id,
  (SELECT GROUP_CONCAT(CONCAT(i.id, '-', i.dx) ORDER BY i.id SEPARATOR ';')
    FROM billing_on_cheader1 AS h JOIN billing_on_item AS i ON i.ch1_id = h.id
    WHERE h.appointment_no = a.appointment_no AND h.demographic_no = a.demographic_no
      AND COALESCE(h.status, '') <> 'D' AND COALESCE(i.status, '') <> 'D' AND TRIM(i.dx) <> '') AS diagnosis_ids,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM appointment AS a
JOIN demographic AS p ON p.demographic_no = a.demographic_no
LEFT JOIN (
  SELECT appointment_no, demographic_no, MIN(visittype) AS visit_type FROM billing_on_cheader1
  WHERE appointment_no > 0 AND COALESCE(status, '') <> 'D' GROUP BY appointment_no, demographic_no
) AS b ON b.appointment_no = a.appointment_no AND b.demographic_no = a.demographic_no
LEFT JOIN (
  SELECT appointmentNo, demographic_no, MAX(encounter_type) AS encounter_type FROM casemgmt_note
  WHERE appointmentNo > 0 GROUP BY appointmentNo, demographic_no
) AS n ON n.appointmentNo = a.appointment_no AND n.demographic_no = a.demographic_no
LEFT JOIN provider ON provider.provider_no = a.provider_no AND provider.last_name <> ''
LEFT JOIN site ON site.name = a.location
LEFT JOIN LookupListItem AS reason_item ON reason_item.id = a.reasonCode
WHERE BINARY LEFT(COALESCE(a.status, 't'), 1) NOT IN ('C', 'N')
  AND (BINARY LEFT(a.status, 1) IN ('H', 'P', 'E', 'B') OR BINARY SUBSTRING(a.status, 2, 1) IN ('S', 'V')
    OR b.appointment_no IS NOT NULL OR n.appointmentNo IS NOT NULL)
