-- key: id
-- dialect: mysql
-- mode: incremental
-- cursor: modifydate
-- overlap: 2h
-- Dates as text: begdate may be 2010-05-00, which a driver refuses.
-- modifydate moves on every UPDATE (the column says so), in local time: two hours step over the autumn change.
SELECT
  l.id, l.type, l.title, l.date, CAST(l.begdate AS CHAR) AS begdate, CAST(l.enddate AS CHAR) AS enddate, l.occurrence, l.outcome, l.diagnosis, l.activity,
  l.comments, l.reaction, l.severity_al, l.referredby, l.destination, l.modifydate, l.user AS entered_by,
  l.groupname AS entered_group,
  CASE WHEN l.enddate > '0000-00-00' AND l.enddate <= CURRENT_DATE THEN 1 ELSE 0 END AS ended,
  p.pid,
  reaction.title AS reaction_title, reaction.codes AS reaction_codes,
  author.id AS author_id, home.id AS author_facility,
  (SELECT MIN(v.encounter) FROM issue_encounter AS i
    JOIN forms AS v ON v.pid = i.pid AND v.encounter = i.encounter AND v.formdir = 'newpatient' AND v.deleted = 0
    WHERE i.pid = l.pid AND i.list_id = l.id) AS encounter
FROM lists AS l
LEFT JOIN patient_data AS p ON p.pid = l.pid
LEFT JOIN list_options AS reaction
  ON reaction.list_id = 'reaction' AND reaction.option_id = l.reaction AND l.reaction NOT IN ('', 'unassigned')
LEFT JOIN users AS author
  ON author.username = l.user AND author.username <> '' AND author.lname <> ''
    AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
