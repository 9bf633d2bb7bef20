-- key: clinic_no
-- dialect: mysql
-- mode: snapshot
SELECT
  clinic_no, clinic_name, clinic_address, clinic_city, clinic_province, clinic_postal, clinic_phone, clinic_fax,
  clinic_location_code, status
FROM clinic
