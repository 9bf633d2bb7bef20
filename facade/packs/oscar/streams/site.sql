-- key: site_id
-- dialect: mysql
-- mode: snapshot
-- Only where the clinic has several sites.
SELECT
  s.site_id, s.name, s.short_name, s.phone, s.fax, s.address, s.city, s.province, s.postal, s.status, s.siteUrl AS url,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM site AS s
