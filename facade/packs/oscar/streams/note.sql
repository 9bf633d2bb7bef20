-- key: note_key
-- dialect: mysql
-- mode: incremental
-- cursor: note_id
-- overlap: 500
-- column.note_id: n.note_id
-- deleted: is_deleted
-- A change is a new row of the same uuid: the newest counts, and note_id only grows. Notes under the chart's headings
-- are in cpp.sql; locked ones, which ask for a password, are not read.
SELECT
  COALESCE(NULLIF(n.uuid, ''), CAST(n.note_id AS CHAR)) AS note_key, n.note_id, n.note, n.observation_date, n.update_date,
  n.encounter_type, n.signed, CASE WHEN n.archived = 1 OR n.locked = '1' THEN 1 ELSE 0 END AS is_deleted,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, signer.provider_no AS signer_id,
  a.appointment_no AS visit_no, g.id AS program_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM casemgmt_note AS n
LEFT JOIN demographic AS p ON p.demographic_no = n.demographic_no
LEFT JOIN provider ON provider.provider_no = n.provider_no AND provider.last_name <> ''
LEFT JOIN provider AS signer ON signer.provider_no = n.signing_provider_no AND signer.last_name <> ''
LEFT JOIN program AS g ON g.id = CAST(n.program_no AS UNSIGNED) AND g.type <> 'community'
LEFT JOIN appointment AS a
  ON n.appointmentNo > 0 AND a.appointment_no = n.appointmentNo AND a.demographic_no = n.demographic_no
    AND BINARY LEFT(COALESCE(a.status, 't'), 1) NOT IN ('C', 'N')
WHERE NOT EXISTS (SELECT 1 FROM casemgmt_note AS later
    WHERE later.uuid = n.uuid AND n.uuid <> '' AND later.note_id > n.note_id)
  AND NOT EXISTS (SELECT 1 FROM casemgmt_issue_notes AS l
    JOIN casemgmt_issue AS c ON c.id = l.id
    JOIN issue AS i ON i.issue_id = c.issue_id
      AND i.code IN ('OMeds', 'SocHistory', 'MedHistory', 'Concerns', 'Reminders', 'FamHistory', 'RiskFactors')
    WHERE l.note_id = n.note_id) /* where */
