-- key: id
-- dialect: mysql
-- mode: snapshot
-- Addresses and telephone numbers are shared with pharmacies; one sequence numbers both, so foreign_id is one space.
SELECT
  c.id, c.name, c.attn, c.cms_id, c.ins_type_code, c.x12_receiver_id, c.inactive,
  a.line1, a.line2, a.city, a.state, a.zip, a.plus_four, a.country,
  CONCAT_WS('-', NULLIF(w.area_code, ''), NULLIF(w.prefix, ''), NULLIF(w.number, '')) AS phone,
  CONCAT_WS('-', NULLIF(f.area_code, ''), NULLIF(f.prefix, ''), NULLIF(f.number, '')) AS fax
FROM insurance_companies AS c
LEFT JOIN addresses AS a ON a.id = (SELECT MIN(a1.id) FROM addresses AS a1 WHERE a1.foreign_id = c.id)
LEFT JOIN phone_numbers AS w
  ON w.id = (SELECT MIN(w1.id) FROM phone_numbers AS w1 WHERE w1.foreign_id = c.id AND w1.type = 2)
LEFT JOIN phone_numbers AS f
  ON f.id = (SELECT MIN(f1.id) FROM phone_numbers AS f1 WHERE f1.foreign_id = c.id AND f1.type = 5)
