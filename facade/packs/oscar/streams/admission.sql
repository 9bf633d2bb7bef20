-- key: am_id
-- dialect: mysql
-- mode: snapshot
-- CAISI: the programs that a client is or was admitted to. Everybody is in one; beds are a stay.
SELECT
  a.am_id, a.admission_date, a.discharge_date, a.admission_status, a.admission_notes, a.discharge_notes,
  g.id AS program_id, g.name AS program_name, g.type AS program_type, f.id AS facility_id,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id
FROM admission AS a
JOIN program AS g ON g.id = a.program_id AND g.type <> 'community'
LEFT JOIN Facility AS f ON f.id = g.facilityId
LEFT JOIN demographic AS p ON p.demographic_no = a.client_id
LEFT JOIN provider ON provider.provider_no = a.provider_no AND provider.last_name <> ''
