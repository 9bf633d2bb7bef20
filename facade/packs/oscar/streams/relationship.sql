-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Two patients of the clinic: relation says what the second is to the first.
SELECT
  r.id, r.relation, r.notes, r.sub_decision_maker, r.emergency_contact, r.creation_date,
  CASE WHEN r.deleted = '1' THEN 1 ELSE 0 END AS is_deleted,
  p.demographic_no AS patient_id,
  k.demographic_no AS relative_id, k.last_name, k.first_name, k.sex, k.phone, k.phone2, k.email,
  k.address, k.city, k.province, k.postal
FROM relationships AS r
LEFT JOIN demographic AS p ON p.demographic_no = r.demographic_no
LEFT JOIN demographic AS k ON k.demographic_no = r.relation_demographic_no
