-- key: note_key, heading
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The cumulative patient profile: notes under the chart's own headings. A change is a new row of the same uuid.
SELECT
  COALESCE(NULLIF(n.uuid, ''), CAST(n.note_id AS CHAR)) AS note_key, i.code AS heading, n.note_id, n.note,
  n.observation_date, n.update_date, CASE WHEN n.archived = 1 THEN 1 ELSE 0 END AS is_deleted,
  (SELECT MAX(e.date_value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Start Date') AS started,
  (SELECT MAX(e.date_value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Resolution Date') AS resolved,
  (SELECT MAX(e.date_value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Procedure Date') AS procedure_date,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Age at Onset') AS onset_age,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Relationship') AS relationship,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Treatment') AS treatment,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Problem Status') AS problem_status,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Problem Description') AS problem,
  (SELECT MAX(e.value) FROM casemgmt_note_ext AS e WHERE e.note_id = n.note_id AND e.key_val = 'Life Stage') AS life_stage,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id
FROM casemgmt_issue_notes AS l
JOIN casemgmt_note AS n ON n.note_id = l.note_id
JOIN casemgmt_issue AS c ON c.id = l.id
JOIN issue AS i ON i.issue_id = c.issue_id
  AND i.code IN ('OMeds', 'SocHistory', 'MedHistory', 'Concerns', 'Reminders', 'FamHistory', 'RiskFactors')
LEFT JOIN demographic AS p ON p.demographic_no = n.demographic_no
LEFT JOIN provider ON provider.provider_no = n.provider_no AND provider.last_name <> ''
WHERE NOT EXISTS (SELECT 1 FROM casemgmt_note AS later
  WHERE later.uuid = n.uuid AND n.uuid <> '' AND later.note_id > n.note_id)
  AND NOT EXISTS (SELECT 1 FROM casemgmt_issue_notes AS twin JOIN casemgmt_issue AS other ON other.id = twin.id
    WHERE twin.note_id = n.note_id AND other.issue_id = c.issue_id AND twin.id < l.id)
  AND COALESCE(n.locked, '0') <> '1'
