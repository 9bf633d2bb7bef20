-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Immunizations and screening. refused: 0 done, 1 refused, 2 not eligible, 3 done elsewhere.
SELECT
  x.id, x.prevention_type, x.prevention_date, x.creation_date, x.next_date, x.refused, x.never, x.provider_name,
  x.lastUpdateDate AS updated, CASE WHEN x.deleted = '1' THEN 1 ELSE 0 END AS is_deleted,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'location') AS location,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'lot') AS lot,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'route') AS route,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'dose') AS dose,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'manufacture') AS manufacturer,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'name') AS product,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'neverReason') AS never_reason,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'reason') AS reason,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'result') AS result,
  (SELECT MAX(e.val) FROM preventionsExt AS e WHERE e.prevention_id = x.id AND e.keyval = 'comments') AS comments,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, author.provider_no AS author_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM preventions AS x
LEFT JOIN demographic AS p ON p.demographic_no = x.demographic_no
LEFT JOIN provider ON provider.provider_no = x.provider_no AND provider.last_name <> ''
LEFT JOIN provider AS author ON author.provider_no = CAST(x.creator AS CHAR) AND author.last_name <> ''
