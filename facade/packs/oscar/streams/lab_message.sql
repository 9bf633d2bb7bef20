-- key: lab_id
-- dialect: mysql
-- mode: incremental
-- cursor: lab_id
-- overlap: 100
-- column.lab_id: m.lab_id
-- The HL7 v2 message as it came, in base64; it is stored once and never changed.
SELECT m.lab_id, m.type, m.message,
  (SELECT MIN(r.demographic_no) FROM patientLabRouting AS r JOIN demographic AS p ON p.demographic_no = r.demographic_no
    WHERE r.lab_type = 'HL7' AND r.lab_no = m.lab_id) AS patient_id
FROM hl7TextMessage AS m
WHERE m.message <> '' /* where */
