-- key: id
-- dialect: mysql
-- mode: snapshot
SELECT id, name, address, city, province, postal, country, phone, fax, website, email
FROM Institution
WHERE name <> ''
