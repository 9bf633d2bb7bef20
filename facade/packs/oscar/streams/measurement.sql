-- key: id
-- dialect: mysql
-- mode: incremental
-- cursor: id
-- overlap: 2000
-- column.id: m.id
-- Rows are never changed: a correction is a new row, and the old one is moved to measurementsDeleted, which the next full
-- read sees. What a laboratory said besides the value is in measurementsExt, a row for each word.
SELECT
  m.id, m.type, m.dataField AS value, m.measuringInstruction AS instruction, m.comments, m.dateObserved AS observed,
  m.dateEntered AS entered,
  (SELECT MIN(t.typeDescription) FROM measurementType AS t WHERE t.type = m.type AND m.type <> '') AS type_text,
  (SELECT MIN(t.validation) FROM measurementType AS t
    WHERE t.type = m.type AND t.measuringInstruction = m.measuringInstruction AND m.type <> '') AS validation,
  e.lab_no, e.abnormal, e.identifier, e.name, UPPER(TRIM(e.lab_name)) AS lab_name, e.accession, e.requested, e.reported,
  e.result_status, e.unit, e.minimum, e.maximum, e.normal_range, e.lab_comments,
  (SELECT CASE WHEN COUNT(DISTINCT k.loinc_code) = 1 THEN MIN(k.loinc_code) END FROM measurementMap AS k
    WHERE k.ident_code = COALESCE(e.identifier, m.type) AND k.loinc_code REGEXP '^[0-9]+-[0-9]$') AS mapped_loinc,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, a.appointment_no AS visit_no,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM measurements AS m
LEFT JOIN (
  SELECT m.id AS measurement_id,
    MAX(CASE WHEN x.keyval = 'lab_no' THEN x.val END) AS lab_no,
    MAX(CASE WHEN x.keyval = 'abnormal' THEN x.val END) AS abnormal,
    MAX(CASE WHEN x.keyval = 'identifier' THEN x.val END) AS identifier,
    MAX(CASE WHEN x.keyval = 'name' THEN x.val END) AS name,
    MAX(CASE WHEN x.keyval = 'labname' THEN x.val END) AS lab_name,
    MAX(CASE WHEN x.keyval = 'accession' THEN x.val END) AS accession,
    MAX(CASE WHEN x.keyval = 'request_datetime' THEN x.val END) AS requested,
    MAX(CASE WHEN x.keyval = 'datetime' THEN x.val END) AS reported,
    MAX(CASE WHEN x.keyval = 'olis_status' THEN x.val END) AS result_status,
    MAX(CASE WHEN x.keyval = 'unit' THEN x.val END) AS unit,
    MAX(CASE WHEN x.keyval = 'minimum' THEN x.val END) AS minimum,
    MAX(CASE WHEN x.keyval = 'maximum' THEN x.val END) AS maximum,
    MAX(CASE WHEN x.keyval = 'range' THEN x.val END) AS normal_range,
    MAX(CASE WHEN x.keyval = 'comments' THEN x.val END) AS lab_comments
  FROM measurements AS m
  JOIN measurementsExt AS x ON x.measurement_id = m.id
  WHERE x.keyval <> '' /* where */
  GROUP BY m.id
) AS e ON e.measurement_id = m.id
LEFT JOIN demographic AS p ON p.demographic_no = m.demographicNo
LEFT JOIN provider ON provider.provider_no = m.providerNo AND provider.last_name <> ''
LEFT JOIN appointment AS a
  ON m.appointmentNo > 0 AND a.appointment_no = m.appointmentNo AND a.demographic_no = m.demographicNo
    AND (BINARY LEFT(a.status, 1) IN ('H', 'P', 'E', 'B') OR BINARY SUBSTRING(a.status, 2, 1) IN ('S', 'V'))
    AND BINARY LEFT(a.status, 1) NOT IN ('C', 'N')
WHERE m.id > 0 /* where */
