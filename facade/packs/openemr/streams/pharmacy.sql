-- key: id
-- dialect: mysql
-- mode: snapshot
-- Addresses and telephone numbers are shared with insurers, see insurer.sql.
SELECT
  c.id, c.name, c.email, c.ncpdp, c.npi,
  a.line1, a.line2, a.city, a.state, a.zip, a.plus_four, a.country,
  CONCAT_WS('-', NULLIF(w.area_code, ''), NULLIF(w.prefix, ''), NULLIF(w.number, '')) AS phone,
  CONCAT_WS('-', NULLIF(f.area_code, ''), NULLIF(f.prefix, ''), NULLIF(f.number, '')) AS fax
FROM pharmacies AS c
LEFT JOIN addresses AS a ON a.id = (SELECT MIN(a1.id) FROM addresses AS a1 WHERE a1.foreign_id = c.id)
LEFT JOIN phone_numbers AS w
  ON w.id = (SELECT MIN(w1.id) FROM phone_numbers AS w1 WHERE w1.foreign_id = c.id AND w1.type = 2)
LEFT JOIN phone_numbers AS f
  ON f.id = (SELECT MIN(f1.id) FROM phone_numbers AS f1 WHERE f1.foreign_id = c.id AND f1.type = 5)
