-- key: tickler_no
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- A reminder about a patient: status A active, C completed, D deleted.
SELECT
  t.tickler_no, t.message, t.status, t.update_date, t.service_date, t.priority, c.category,
  CASE WHEN t.status = 'D' THEN 1 ELSE 0 END AS is_deleted,
  (SELECT GROUP_CONCAT(CONCAT_WS(' ', m.update_date, m.message) ORDER BY m.id SEPARATOR '\n')
    FROM tickler_comments AS m WHERE m.tickler_no = t.tickler_no AND m.message <> '') AS comments,
  p.demographic_no AS patient_id, author.provider_no AS author_id, owner.provider_no AS owner_id
FROM tickler AS t
LEFT JOIN tickler_category AS c ON c.id = t.category_id
LEFT JOIN demographic AS p ON p.demographic_no = t.demographic_no
LEFT JOIN provider AS author ON author.provider_no = t.creator AND author.last_name <> ''
LEFT JOIN provider AS owner ON owner.provider_no = t.task_assigned_to AND owner.last_name <> ''
