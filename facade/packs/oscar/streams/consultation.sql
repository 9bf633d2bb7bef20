-- key: request_id
-- dialect: mysql
-- mode: snapshot
SELECT
  x.requestId AS request_id, x.referalDate AS referred, x.appointmentDate AS appointment_date,
  x.appointmentTime AS appointment_time, x.reason, x.clinicalInfo AS clinical_info, x.currentMeds AS current_meds,
  x.allergies, x.concurrentProblems AS concurrent_problems, x.status, x.statusText AS status_text, x.urgency,
  x.appointmentInstructions AS instructions, x.patientWillBook AS patient_books, x.lastUpdateDate AS updated,
  s.serviceDesc AS service, specialist.specId AS specialist_id,
  (SELECT GROUP_CONCAT(DISTINCT c.document_no ORDER BY c.document_no SEPARATOR ';') FROM consultdocs AS c
    JOIN document AS d ON d.document_no = c.document_no AND d.status <> 'D'
    JOIN ctl_document AS f ON f.document_no = d.document_no AND f.module = 'demographic'
      AND f.module_id = x.demographicNo AND COALESCE(f.status, '') <> 'D'
    WHERE c.requestId = x.requestId AND c.doctype = 'D' AND COALESCE(c.deleted, '') <> 'Y') AS document_nos,
  (SELECT GROUP_CONCAT(DISTINCT c.document_no ORDER BY c.document_no SEPARATOR ';') FROM consultdocs AS c
    JOIN patientLabRouting AS r ON r.lab_type = 'HL7' AND r.lab_no = c.document_no AND r.demographic_no = x.demographicNo
    JOIN hl7TextInfo AS i ON i.lab_no = r.lab_no
    WHERE c.requestId = x.requestId AND c.doctype = 'L' AND COALESCE(c.deleted, '') <> 'Y') AS lab_nos,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM consultationRequests AS x
LEFT JOIN consultationServices AS s ON s.serviceId = x.serviceId
LEFT JOIN professionalSpecialists AS specialist ON specialist.specId = x.specId AND specialist.lName <> ''
LEFT JOIN demographic AS p ON p.demographic_no = x.demographicNo
LEFT JOIN provider ON provider.provider_no = x.providerNo AND provider.last_name <> ''
