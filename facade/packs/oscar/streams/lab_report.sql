-- key: lab_no, patient_id
-- dialect: mysql
-- mode: snapshot
-- HL7 v2 reports that were matched to a patient. Their results are measurements that name the report's number.
SELECT
  r.lab_no, p.demographic_no AS patient_id, i.accessionNum AS accession, i.filler_order_num AS filler_no, i.discipline,
  i.label, i.requesting_client AS requester, i.report_status, i.result_status, i.priority, i.obr_date AS collected,
  i.sending_facility AS facility, r.created, m.lab_id AS message_id, m.created AS received,
  e.lab_name, e.ids AS result_ids,
  (SELECT MIN(provider.provider_no) FROM providerLabRouting AS a
    JOIN provider ON provider.provider_no = a.provider_no AND provider.last_name <> ''
    WHERE a.lab_no = r.lab_no AND a.lab_type = 'HL7' AND a.status = 'A') AS reader_id
FROM patientLabRouting AS r
JOIN demographic AS p ON p.demographic_no = r.demographic_no
JOIN hl7TextInfo AS i ON i.id = (SELECT MAX(n.id) FROM hl7TextInfo AS n WHERE n.lab_no = r.lab_no)
LEFT JOIN hl7TextMessage AS m ON m.lab_id = r.lab_no AND m.message <> ''
LEFT JOIN (
  SELECT CAST(x.val AS UNSIGNED) AS lab_no, v.demographicNo AS patient_id, MAX(UPPER(TRIM(n.val))) AS lab_name,
    GROUP_CONCAT(DISTINCT v.id ORDER BY v.id SEPARATOR ';') AS ids
  FROM measurementsExt AS x
  JOIN measurements AS v ON v.id = x.measurement_id
  LEFT JOIN measurementsExt AS n ON n.measurement_id = x.measurement_id AND n.keyval = 'labname' AND TRIM(n.val) <> ''
  WHERE x.keyval = 'lab_no'
  GROUP BY CAST(x.val AS UNSIGNED), v.demographicNo
) AS e ON e.lab_no = r.lab_no AND e.patient_id = r.demographic_no
WHERE r.lab_type = 'HL7'
  AND NOT EXISTS (SELECT 1 FROM patientLabRouting AS twin
    WHERE twin.lab_type = 'HL7' AND twin.lab_no = r.lab_no AND twin.demographic_no = r.demographic_no AND twin.id < r.id)
