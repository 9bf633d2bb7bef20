-- key: id
-- dialect: mysql
-- mode: snapshot
SELECT
  c.id, c.explicit, c.optout, c.consent_date, c.optout_date, c.edit_date, t.type, t.name, t.description,
  p.demographic_no AS patient_id, author.provider_no AS author_id
FROM Consent AS c
LEFT JOIN consentType AS t ON t.id = c.consent_type_id
LEFT JOIN demographic AS p ON p.demographic_no = c.demographic_no
LEFT JOIN provider AS author ON author.provider_no = c.last_entered_by AND author.last_name <> ''
