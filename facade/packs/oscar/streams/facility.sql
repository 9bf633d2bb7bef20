-- key: id
-- dialect: mysql
-- mode: snapshot
SELECT f.id, f.name, f.description, f.contactName AS contact_name, f.contactEmail AS contact_email,
  f.contactPhone AS contact_phone, f.disabled
FROM Facility AS f
WHERE f.name <> ''
