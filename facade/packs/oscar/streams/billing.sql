-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- Ontario's claims: a service with up to three diagnoses. status D is the soft delete, of the claim or of the line.
SELECT
  i.id, i.service_code, i.ser_num AS times, i.service_date, i.dx, i.dx1, i.dx2,
  CASE WHEN h.status = 'D' OR i.status = 'D' THEN 1 ELSE 0 END AS is_deleted,
  h.billing_date, h.visittype AS visit_type,
  (SELECT s.description FROM billingservice AS s WHERE s.service_code = i.service_code
    ORDER BY s.billingservice_date DESC, s.billingservice_no DESC LIMIT 1) AS service_text,
  (SELECT MIN(c.description) FROM diagnosticcode AS c WHERE c.diagnostic_code = i.dx) AS dx_text,
  (SELECT MIN(c.description) FROM diagnosticcode AS c WHERE c.diagnostic_code = i.dx1) AS dx1_text,
  (SELECT MIN(c.description) FROM diagnosticcode AS c WHERE c.diagnostic_code = i.dx2) AS dx2_text,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id, a.appointment_no AS visit_no
FROM billing_on_item AS i
JOIN billing_on_cheader1 AS h ON h.id = i.ch1_id
LEFT JOIN demographic AS p ON p.demographic_no = h.demographic_no
LEFT JOIN provider ON provider.provider_no = h.provider_no AND provider.last_name <> ''
LEFT JOIN appointment AS a
  ON a.appointment_no = h.appointment_no AND a.demographic_no = h.demographic_no AND h.appointment_no > 0
    AND BINARY LEFT(COALESCE(a.status, 't'), 1) NOT IN ('C', 'N') AND COALESCE(h.status, '') <> 'D'
