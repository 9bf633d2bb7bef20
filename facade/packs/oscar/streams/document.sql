-- key: document_no, patient_id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- A row for each patient that a document is filed under. The file lies on OSCAR's server; a page written in OSCAR is here.
SELECT
  d.document_no, d.doctype, d.docClass AS doc_class, d.docSubClass AS doc_subclass, d.docdesc AS title, d.docxml AS page,
  d.docfilename AS filename, d.contenttype, d.contentdatetime AS content_date, d.observationdate AS observed,
  d.updatedatetime AS updated, d.source, d.sourceFacility AS source_facility, d.number_of_pages AS pages,
  d.reviewdatetime AS reviewed,
  CASE WHEN d.status = 'D' OR c.status = 'D' THEN 1 ELSE 0 END AS is_deleted,
  p.demographic_no AS patient_id, author.provider_no AS author_id, responsible.provider_no AS responsible_id,
  reviewer.provider_no AS reviewer_id, a.appointment_no AS visit_no,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM document AS d
JOIN ctl_document AS c ON c.document_no = d.document_no AND c.module = 'demographic'
JOIN demographic AS p ON p.demographic_no = c.module_id
LEFT JOIN provider AS author ON author.provider_no = d.doccreator AND author.last_name <> ''
LEFT JOIN provider AS responsible ON responsible.provider_no = d.responsible AND responsible.last_name <> ''
LEFT JOIN provider AS reviewer ON reviewer.provider_no = d.reviewer AND reviewer.last_name <> ''
LEFT JOIN appointment AS a
  ON d.appointment_no > 0 AND a.appointment_no = d.appointment_no AND a.demographic_no = p.demographic_no
    AND (BINARY LEFT(a.status, 1) IN ('H', 'P', 'E', 'B') OR BINARY SUBSTRING(a.status, 2, 1) IN ('S', 'V'))
    AND BINARY LEFT(a.status, 1) NOT IN ('C', 'N')
