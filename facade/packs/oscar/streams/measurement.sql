-- key: id
-- dialect: mysql
-- mode: incremental
-- cursor: id
-- overlap: 2000
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
  SELECT measurement_id,
    MAX(CASE WHEN keyval = 'lab_no' THEN val END) AS lab_no,
    MAX(CASE WHEN keyval = 'abnormal' THEN val END) AS abnormal,
    MAX(CASE WHEN keyval = 'identifier' THEN val END) AS identifier,
    MAX(CASE WHEN keyval = 'name' THEN val END) AS name,
    MAX(CASE WHEN keyval = 'labname' THEN val END) AS lab_name,
    MAX(CASE WHEN keyval = 'accession' THEN val END) AS accession,
    MAX(CASE WHEN keyval = 'request_datetime' THEN val END) AS requested,
    MAX(CASE WHEN keyval = 'datetime' THEN val END) AS reported,
    MAX(CASE WHEN keyval = 'olis_status' THEN val END) AS result_status,
    MAX(CASE WHEN keyval = 'unit' THEN val END) AS unit,
    MAX(CASE WHEN keyval = 'minimum' THEN val END) AS minimum,
    MAX(CASE WHEN keyval = 'maximum' THEN val END) AS maximum,
    MAX(CASE WHEN keyval = 'range' THEN val END) AS normal_range,
    MAX(CASE WHEN keyval = 'comments' THEN val END) AS lab_comments
  FROM measurementsExt
  GROUP BY measurement_id
) AS e ON e.measurement_id = m.id
LEFT JOIN demographic AS p ON p.demographic_no = m.demographicNo
LEFT JOIN provider ON provider.provider_no = m.providerNo AND provider.last_name <> ''
LEFT JOIN appointment AS a
  ON m.appointmentNo > 0 AND a.appointment_no = m.appointmentNo AND a.demographic_no = m.demographicNo
    AND (BINARY LEFT(a.status, 1) IN ('H', 'P', 'E', 'B') OR BINARY SUBSTRING(a.status, 2, 1) IN ('S', 'V'))
    AND BINARY LEFT(a.status, 1) NOT IN ('C', 'N')
