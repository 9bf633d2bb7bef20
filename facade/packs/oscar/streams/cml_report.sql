-- key: id
-- dialect: mysql
-- mode: snapshot
-- The older feed of one laboratory: a report and its lines, in tables of their own.
SELECT
  x.id, x.accession_num AS accession, x.service_date, x.collection_date, x.lab_status, x.doc_name AS requester,
  x.comment1, x.comment2, x.lastUpdateDate AS updated, p.demographic_no AS patient_id,
  (SELECT GROUP_CONCAT(t.id ORDER BY t.id SEPARATOR ';') FROM labTestResults AS t
    WHERE t.labPatientPhysicianInfo_id = x.id AND t.line_type = 'C' AND t.test_name <> '') AS result_ids
FROM labPatientPhysicianInfo AS x
JOIN patientLabRouting AS r ON r.id = (
  SELECT MIN(n.id) FROM patientLabRouting AS n WHERE n.lab_type = 'CML' AND n.lab_no = x.id AND n.demographic_no > 0)
JOIN demographic AS p ON p.demographic_no = r.demographic_no
