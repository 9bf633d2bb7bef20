-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
SELECT
  n.id, n.date, n.body, n.title, n.activity, n.message_status, n.is_msg_encrypted, n.user AS entered_by, n.groupname AS entered_group,
  CASE WHEN n.deleted = 1 THEN 1 ELSE 0 END AS is_deleted,
  p.pid, author.id AS author_id, home.id AS author_facility
FROM pnotes AS n
LEFT JOIN patient_data AS p ON p.pid = n.pid
LEFT JOIN users AS author
  ON author.username = n.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
WHERE n.pid > 0
