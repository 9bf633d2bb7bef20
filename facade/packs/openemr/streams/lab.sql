-- key: ppid
-- dialect: mysql
-- mode: snapshot
SELECT l.ppid, l.name, l.npi, l.send_fac_id, director.id AS director_id, director.fname AS director_fname, director.lname AS director_lname
FROM procedure_providers AS l
LEFT JOIN users AS director
  ON director.id = l.lab_director AND director.lname <> '' AND (director.fname <> '' OR director.authorized = 1)
