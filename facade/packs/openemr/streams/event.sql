-- key: pc_eid
-- dialect: mysql
-- mode: live
-- Repeating events are unfolded for a year ahead, to the end of a month, so that rows change once a month.
-- last_day is for the search by date alone: no later day is made of the row.
-- Patients' appointments, and providers' own time (no pc_pid): in the office, out, away, lunch, reserved.
SELECT
  e.pc_eid, e.pc_title, e.pc_time, e.pc_hometext, e.pc_eventDate, e.pc_endDate, e.pc_startTime, e.pc_endTime,
  e.pc_duration, e.pc_alldayevent, e.pc_recurrtype, e.pc_recurrspec, e.pc_apptstatus, e.pc_room,
  CASE WHEN e.pc_alldayevent = 1 THEN '00:00:00' ELSE e.pc_startTime END AS starts_at,
  CASE WHEN e.pc_alldayevent = 1 THEN 1 END AS lasts_days,
  CASE WHEN e.pc_alldayevent = 0 AND e.pc_duration > 0 THEN e.pc_duration END AS lasts_seconds,
  e.pc_pid AS calendar_pid,
  CASE WHEN e.pc_recurrtype > 0 THEN LAST_DAY(CURRENT_DATE + INTERVAL 12 MONTH) END AS horizon,
  CASE WHEN e.pc_recurrtype > 0 AND e.pc_endDate > e.pc_eventDate THEN e.pc_endDate ELSE e.pc_eventDate END AS last_day,
  CASE WHEN e.pc_pid > 0 THEN 1 ELSE 0 END AS is_appointment,
  c.pc_constant_id AS category, c.pc_catname AS category_title, c.pc_cattype AS category_type,
  status.toggle_setting_1 AS checks_in, status.toggle_setting_2 AS checks_out,
  p.pid, provider.id AS provider_id,
  place.id AS facility_id, place.name AS facility_name, place.service_location AS facility_serves,
  (SELECT MIN(o.pc_startTime) FROM openemr_postcalendar_events AS o
    WHERE e.pc_catid = 2 AND o.pc_catid = 3 AND o.pc_aid = e.pc_aid AND o.pc_eventDate = e.pc_eventDate
      AND o.pc_recurrtype = e.pc_recurrtype AND o.pc_startTime > e.pc_startTime) AS leaves_at
FROM openemr_postcalendar_events AS e
LEFT JOIN openemr_postcalendar_categories AS c ON c.pc_catid = e.pc_catid
LEFT JOIN list_options AS status ON status.list_id = 'apptstat' AND status.option_id = e.pc_apptstatus
LEFT JOIN patient_data AS p ON e.pc_pid > 0 AND p.pid = CAST(e.pc_pid AS UNSIGNED)
LEFT JOIN users AS provider
  ON provider.id = CAST(e.pc_aid AS UNSIGNED) AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
LEFT JOIN facility AS place ON place.id = e.pc_facility
WHERE COALESCE(e.pc_gid, 0) = 0
