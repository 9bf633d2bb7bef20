-- key: pid
-- dialect: mysql
-- mode: snapshot
-- patient_data.date is written by the registration screen only: no watermark to trust.
SELECT
  p.pid, p.pubpid, p.title, p.fname, p.mname, p.lname, p.mothersname, p.DOB, p.sex, p.ss, p.drivers_license,
  p.street, p.city, p.state, p.postal_code, p.county, p.country_code,
  p.phone_home, p.phone_biz, p.phone_cell, p.email, p.email_direct,
  p.contact_relationship, p.phone_contact,
  p.guardiansname, p.guardianrelationship, p.guardiansex, p.guardianphone, p.guardianworkphone, p.guardianemail,
  p.guardianaddress, p.guardiancity, p.guardianstate, p.guardianpostalcode, p.guardiancountry,
  p.status AS marital_status, p.race, p.ethnicity, p.ethnoracial, p.language, p.religion,
  p.deceased_date, p.deceased_reason, p.regdate, p.date AS registered,
  race.notes AS race_code, race.title AS race_title,
  ethnicity.notes AS ethnicity_code, ethnicity.title AS ethnicity_title,
  SUBSTRING_INDEX(SUBSTRING_INDEX(lang.notes, '|', -1), '(', 1) AS language_code, lang.title AS language_title,
  religion.notes AS religion_code, religion.title AS religion_title,
  provider.id AS provider_id
FROM patient_data AS p
LEFT JOIN list_options AS race ON race.list_id = 'race' AND race.option_id = p.race
LEFT JOIN list_options AS ethnicity ON ethnicity.list_id = 'ethnicity' AND ethnicity.option_id = p.ethnicity
LEFT JOIN list_options AS lang ON lang.list_id = 'language' AND lang.option_id = p.language
LEFT JOIN list_options AS religion
  ON religion.list_id = 'religious_affiliation' AND religion.option_id = p.religion
LEFT JOIN users AS provider
  ON provider.id = p.providerID AND provider.lname <> '' AND (provider.fname <> '' OR provider.authorized = 1)
