-- key: pid
-- dialect: mysql
-- mode: snapshot
-- Each save adds a row that copies the one before: the newest counts.
SELECT h.pid AS history_pid, p.pid, h.id, h.date, h.tobacco, h.alcohol, h.recreational_drugs
FROM history_data AS h
LEFT JOIN patient_data AS p ON p.pid = h.pid
WHERE h.id = (SELECT MAX(h1.id) FROM history_data AS h1 WHERE h1.pid = h.pid)
