-- key: provider_no
-- dialect: mysql
-- mode: snapshot
-- comments holds XML fragments of further fields, among them mobile and fax numbers.
SELECT
  p.provider_no, p.last_name, p.first_name, p.title, p.sex, p.dob, p.provider_type, p.specialty, p.job_title,
  p.address, p.phone, p.work_phone, p.email, p.ohip_no, p.rma_no, p.billing_no, p.hso_no, p.practitionerNo AS license_no,
  p.status, p.comments,
  (SELECT GROUP_CONCAT(DISTINCT s.site_id ORDER BY s.site_id SEPARATOR ';') FROM providersite AS s
    JOIN site ON site.site_id = s.site_id WHERE s.provider_no = p.provider_no) AS site_ids,
  (SELECT GROUP_CONCAT(DISTINCT r.role_name ORDER BY r.role_name SEPARATOR ';') FROM secUserRole AS r
    WHERE r.provider_no = p.provider_no AND COALESCE(r.activeyn, 1) = 1) AS roles,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM provider AS p
WHERE p.last_name <> ''
