-- key: id
-- dialect: mysql
-- mode: snapshot
-- Type `community` is no program but a list of where a client was discharged to.
SELECT p.id, p.name, p.description, p.phone, p.fax, p.email, p.type, p.programStatus AS status, f.id AS facility_id
FROM program AS p
LEFT JOIN Facility AS f ON f.id = p.facilityId
WHERE p.type <> 'community'
