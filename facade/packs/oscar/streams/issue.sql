-- key: id
-- dialect: mysql
-- mode: snapshot
-- Case management's issues. Those of type `system` are the chart's own headings, see cpp.sql.
SELECT
  c.id, c.acute, c.certain, c.major, c.resolved, c.update_date, i.code, i.description, i.type AS coding_system,
  p.demographic_no AS patient_id
FROM casemgmt_issue AS c
JOIN issue AS i ON i.issue_id = c.issue_id AND COALESCE(i.type, '') <> 'system'
LEFT JOIN demographic AS p ON p.demographic_no = CAST(c.demographic_no AS UNSIGNED)
