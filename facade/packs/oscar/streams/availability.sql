-- key: provider_id, day, minute
-- dialect: mysql
-- mode: live
-- column.provider_id: d.provider_no
-- column.day: d.sdate
-- column.minute: g.minute
-- The day's template is a text: one letter for each piece of the day, `_` where there is none; 96 letters are quarters
-- of an hour. A provider's own template goes before the public one. Letters are codes with case. The last month and all
-- that is ahead; a piece is taken by what overlaps it, except cancelled (C) and missed (N) appointments.
SELECT
  p.provider_no AS provider_id, d.sdate AS day, g.minute, g.minutes, g.code, d.reason,
  SEC_TO_TIME(g.minute * 60) AS clock,
  c.description, c.duration, c.confirm, COALESCE(c.bookinglimit, 1) AS booking_limit,
  (SELECT COUNT(*) FROM appointment AS a
    WHERE a.appointment_date = d.sdate AND a.provider_no = d.provider_no AND COALESCE(a.name, '') <> 'Do_Not_Book'
      AND BINARY LEFT(COALESCE(a.status, 't'), 1) NOT IN ('C', 'N')
      AND a.start_time < SEC_TO_TIME((g.minute + g.minutes) * 60) AND a.end_time >= SEC_TO_TIME(g.minute * 60)) AS booked,
  (SELECT COUNT(*) FROM appointment AS a
    WHERE a.appointment_date = d.sdate AND a.provider_no = d.provider_no AND a.name = 'Do_Not_Book'
      AND BINARY LEFT(COALESCE(a.status, 't'), 1) NOT IN ('C', 'N')
      AND a.start_time < SEC_TO_TIME((g.minute + g.minutes) * 60) AND a.end_time >= SEC_TO_TIME(g.minute * 60)) AS blocked
FROM scheduledate AS d
JOIN provider AS p ON p.provider_no = d.provider_no AND p.last_name <> ''
JOIN (
  SELECT t.provider_no, t.name, n.place * (1440 DIV t.length) AS minute, 1440 DIV t.length AS minutes,
    SUBSTRING(t.timecode, n.place + 1, 1) AS code
  FROM (
    SELECT provider_no, name, TRIM(timecode) AS timecode, CHAR_LENGTH(TRIM(timecode)) AS length FROM scheduletemplate
    WHERE CHAR_LENGTH(TRIM(timecode)) BETWEEN 1 AND 288
  ) AS t
  JOIN (
    SELECT a.digit + 10 * b.digit + 100 * c.digit AS place
    FROM (SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS a
    CROSS JOIN (SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS b
    CROSS JOIN (SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2) AS c
  ) AS n ON n.place < t.length
  WHERE SUBSTRING(t.timecode, n.place + 1, 1) NOT IN ('_', ' ')
) AS g ON g.name = d.hour AND g.provider_no = COALESCE(
  (SELECT own.provider_no FROM scheduletemplate AS own WHERE own.provider_no = d.provider_no AND own.name = d.hour), 'Public')
LEFT JOIN scheduletemplatecode AS c ON c.id = (
  SELECT MIN(k.id) FROM scheduletemplatecode AS k WHERE BINARY k.code = BINARY g.code)
WHERE d.status = 'A' AND d.available = '1' AND d.sdate >= CURRENT_DATE - INTERVAL 31 DAY
  AND NOT EXISTS (SELECT 1 FROM scheduledate AS later
    WHERE later.sdate = d.sdate AND later.provider_no = d.provider_no AND later.status = 'A' AND later.id > d.id)
  /* where */
