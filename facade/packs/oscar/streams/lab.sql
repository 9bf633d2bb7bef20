-- key: lab_name
-- dialect: mysql
-- mode: snapshot
-- There is no table of laboratories: their names stand with each result, in any case. BINARY, since É compares as E.
SELECT MIN(UPPER(TRIM(val))) AS lab_name
FROM measurementsExt
WHERE keyval = 'labname' AND TRIM(val) <> ''
GROUP BY BINARY UPPER(TRIM(val))
