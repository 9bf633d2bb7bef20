-- key: id
-- dialect: mysql
-- mode: live
-- Everyone who appears in the calendar, or for whom it holds an event.
SELECT
  u.id, u.title, u.fname, u.lname, u.active, u.specialty, u.calendar,
  place.id AS facility_id, place.service_location AS facility_serves,
  (SELECT MIN(e.pc_eventDate) FROM openemr_postcalendar_events AS e WHERE e.pc_aid = CAST(u.id AS CHAR)) AS first_day,
  (SELECT MAX(GREATEST(e.pc_eventDate, e.pc_endDate)) FROM openemr_postcalendar_events AS e
    WHERE e.pc_aid = CAST(u.id AS CHAR)) AS last_day
FROM users AS u
LEFT JOIN facility AS place ON place.id = u.facility_id
WHERE u.lname <> '' AND (u.fname <> '' OR u.authorized = 1)
  AND (u.calendar = 1 OR u.id IN (SELECT e.pc_aid FROM openemr_postcalendar_events AS e))
