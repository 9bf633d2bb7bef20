-- key: provider_no
-- dialect: mysql
-- mode: snapshot
-- Everyone who has days in the schedule, or appointments.
SELECT
  p.provider_no, p.last_name, p.first_name, p.specialty, p.status,
  (SELECT MIN(d.sdate) FROM scheduledate AS d
    WHERE d.provider_no = p.provider_no AND d.status = 'A' AND d.sdate > '0001-01-01') AS first_day,
  (SELECT MAX(d.sdate) FROM scheduledate AS d WHERE d.provider_no = p.provider_no AND d.status = 'A') AS last_day
FROM provider AS p
WHERE p.last_name <> '' AND (
  p.provider_no IN (SELECT d.provider_no FROM scheduledate AS d)
  OR p.provider_no IN (SELECT a.provider_no FROM appointment AS a))
