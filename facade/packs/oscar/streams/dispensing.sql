-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Only where the clinic dispenses itself.
SELECT
  x.id, x.dateCreated AS dispensed, x.quantity, x.unit, x.notes, CASE WHEN x.archived = 1 THEN 1 ELSE 0 END AS is_deleted,
  d.drugid, d.BN AS brand, d.customName AS custom_name, d.regional_identifier AS din, d.ATC AS atc,
  CASE WHEN COALESCE(d.outside_provider_name, '') <> '' OR d.non_authoritative = 1 THEN 1 ELSE 0 END AS is_statement,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id
FROM DrugDispensing AS x
JOIN drugs AS d ON d.drugid = x.drugId
LEFT JOIN demographic AS p ON p.demographic_no = d.demographic_no
LEFT JOIN provider ON provider.provider_no = x.dispensingProviderNo AND provider.last_name <> ''
