-- key: recordID
-- dialect: mysql
-- mode: snapshot
SELECT
  recordID, name, address, city, province, postalCode AS postal, phone1, phone2, fax, email,
  serviceLocationIdentifier AS location_identifier, status
FROM pharmacyInfo
WHERE name <> ''
