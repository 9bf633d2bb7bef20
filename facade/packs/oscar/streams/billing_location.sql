-- key: id
-- dialect: mysql
-- mode: snapshot
-- Where services are billed from: the ministry's facility numbers. clinic_no is not always the clinic's.
SELECT l.id, l.clinic_location_no, l.clinic_location_name, c.clinic_no
FROM clinic_location AS l
LEFT JOIN clinic AS c ON c.clinic_no = l.clinic_no
WHERE l.clinic_location_no <> '0000' AND l.clinic_location_name <> ''
