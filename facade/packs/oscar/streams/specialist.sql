-- key: specId
-- dialect: mysql
-- mode: snapshot
-- People outside the clinic, to whom patients are referred.
SELECT
  s.specId, s.fName AS first_name, s.lName AS last_name, s.proLetters AS letters, s.salutation,
  s.address, s.phone, s.privatePhoneNumber AS phone_private, s.cellPhoneNumber AS phone_cell, s.pagerNumber AS pager,
  s.fax, s.website, s.email, s.specType AS specialty, s.referralNo AS referral_no, s.hideFromView AS hidden,
  i.id AS institution_id, d.name AS department
FROM professionalSpecialists AS s
LEFT JOIN Institution AS i ON i.id = s.institutionId
LEFT JOIN Department AS d ON d.id = s.departmentId
WHERE s.lName <> ''
