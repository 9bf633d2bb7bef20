-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The newer address book: type 1 is another patient, 2 a row of Contact; 0 and 3 are professionals, not here.
SELECT
  l.id, l.role, l.sdm, l.ec, l.note, l.active,
  CASE WHEN l.deleted = 1 THEN 1 ELSE 0 END AS is_deleted,
  p.demographic_no AS patient_id,
  COALESCE(k.last_name, c.lastName) AS last_name, COALESCE(k.first_name, c.firstName) AS first_name, k.sex,
  COALESCE(k.phone, c.residencePhone) AS phone_home, COALESCE(k.phone2, c.workPhone) AS phone_work,
  c.workPhoneExtension AS work_extension, c.cellPhone AS phone_cell, c.fax, COALESCE(k.email, c.email) AS email,
  COALESCE(k.address, c.address) AS address, c.address2, COALESCE(k.city, c.city) AS city,
  COALESCE(k.province, c.province) AS province, COALESCE(k.postal, c.postal) AS postal, c.country
FROM DemographicContact AS l
LEFT JOIN demographic AS p ON p.demographic_no = l.demographicNo
LEFT JOIN demographic AS k ON l.type = 1 AND k.demographic_no = CAST(l.contactId AS UNSIGNED)
LEFT JOIN Contact AS c ON l.type = 2 AND c.id = CAST(l.contactId AS UNSIGNED)
WHERE l.type IN (1, 2) AND COALESCE(l.category, '') <> 'professional'
