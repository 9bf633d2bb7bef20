-- key: dxresearch_no
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The disease registry. update_date is set by the registry's own screen, not by imports and associations.
SELECT
  x.dxresearch_no, x.start_date, x.update_date, x.status, x.dxresearch_code AS code, x.coding_system,
  CASE WHEN x.status = 'D' THEN 1 ELSE 0 END AS is_deleted,
  i.description, p.demographic_no AS patient_id, provider.provider_no AS provider_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM dxresearch AS x
LEFT JOIN demographic AS p ON p.demographic_no = x.demographic_no
LEFT JOIN provider ON provider.provider_no = x.providerNo AND provider.last_name <> ''
LEFT JOIN (SELECT icd9, MIN(description) AS description FROM icd9 GROUP BY icd9) AS i
  ON x.coding_system = 'icd9' AND i.icd9 = x.dxresearch_code
