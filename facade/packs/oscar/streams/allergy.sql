-- key: allergyid
-- dialect: mysql
-- mode: snapshot
-- archived 1 is taken off the list, mostly because it was wrong: the resource is deleted.
-- deleted: is_deleted
SELECT
  x.allergyid, x.entry_date, x.DESCRIPTION AS description, x.TYPECODE AS kind, x.reaction, x.start_date, x.age_of_onset,
  x.severity_of_reaction AS severity, x.onset_of_reaction AS onset_speed, x.regional_identifier AS din,
  x.drugref_id, x.life_stage, x.lastUpdateDate AS updated,
  CASE WHEN x.archived = '1' THEN 1 ELSE 0 END AS is_deleted,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM allergies AS x
LEFT JOIN demographic AS p ON p.demographic_no = x.demographic_no
LEFT JOIN provider ON provider.provider_no = x.providerNo AND provider.last_name <> ''
