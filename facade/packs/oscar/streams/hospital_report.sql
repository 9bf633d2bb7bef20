-- key: id
-- dialect: mysql
-- mode: snapshot
-- Ontario's Hospital Report Manager: rows only, the report is an XML file on OSCAR's server.
SELECT
  l.id, h.id AS document_id, h.timeReceived AS received, h.reportType AS report_type, h.reportStatus AS report_status,
  h.reportFile AS filename, h.reportDate AS report_date, h.sourceFacility AS source_facility, h.description,
  p.demographic_no AS patient_id
FROM HRMDocumentToDemographic AS l
JOIN HRMDocument AS h ON h.id = CAST(l.hrmDocumentId AS UNSIGNED)
JOIN demographic AS p ON p.demographic_no = CAST(l.demographicNo AS UNSIGNED)
