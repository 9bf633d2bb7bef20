-- key: appointment_no
-- dialect: mysql
-- mode: live
-- column.appointment_no: a.appointment_no
-- column.patient_id: a.demographic_no
-- column.provider_id: a.provider_no
-- column.appointment_date: a.appointment_date
-- column.status: a.status
-- The first letter of status counts, and its case; the second says that the note is signed or verified. The column
-- compares without case, hence BINARY. end_time is the last minute of the appointment, not the first after it.
SELECT
  a.appointment_no, a.appointment_date, a.start_time, a.end_time, a.name, a.status, a.type, a.reason, a.notes, a.remarks,
  a.resources, a.location, a.urgency, a.createdatetime AS created,
  CASE WHEN a.end_time >= a.start_time THEN TIME_TO_SEC(a.end_time) - TIME_TO_SEC(a.start_time) + 60 END AS lasts_seconds,
  CASE WHEN a.name = 'Do_Not_Book' THEN 1 ELSE 0 END AS is_block,
  (SELECT MIN(s.description) FROM appointment_status AS s WHERE BINARY s.status = BINARY LEFT(a.status, 1)) AS status_text,
  reason_item.label AS reason_label,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, site.site_id
FROM appointment AS a
LEFT JOIN demographic AS p ON p.demographic_no = a.demographic_no AND a.demographic_no > 0
LEFT JOIN provider ON provider.provider_no = a.provider_no AND provider.last_name <> ''
LEFT JOIN site ON site.name = a.location
LEFT JOIN LookupListItem AS reason_item ON reason_item.id = a.reasonCode
WHERE a.appointment_date > '0001-01-01' /* where */
