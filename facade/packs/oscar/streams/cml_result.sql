-- key: id
-- dialect: mysql
-- mode: snapshot
SELECT
  t.id, t.title, t.test_name AS name, t.abn AS abnormal, t.minimum, t.maximum, t.units AS unit, t.result, t.description,
  x.service_date, x.collection_date, x.lab_status, x.accession_num AS accession, p.demographic_no AS patient_id
FROM labTestResults AS t
JOIN labPatientPhysicianInfo AS x ON x.id = t.labPatientPhysicianInfo_id
JOIN patientLabRouting AS r ON r.id = (
  SELECT MIN(n.id) FROM patientLabRouting AS n WHERE n.lab_type = 'CML' AND n.lab_no = x.id AND n.demographic_no > 0)
JOIN demographic AS p ON p.demographic_no = r.demographic_no
WHERE t.line_type = 'C' AND t.test_name <> ''
