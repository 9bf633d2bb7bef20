-- key: id
-- dialect: mysql
-- mode: snapshot
-- One table for people with a login, an address book of people and organizations, and services.
SELECT
  u.id, u.username, u.title, u.fname, u.mname, u.lname, u.suffix, u.active, u.authorized, u.calendar,
  u.npi, u.upin, u.federaldrugid, u.federaltaxid, u.state_license_number, u.taxonomy, u.specialty,
  u.organization, u.abook_type, u.street, u.streetb, u.city, u.state, u.zip,
  u.phone, u.phonew1, u.phonew2, u.phonecell, u.fax, u.email, u.email_direct, u.url,
  physician.title AS physician_title, physician.codes AS physician_codes,
  book.title AS book_title,
  facility.id AS facility_id, facility.name AS facility_name, facility.service_location AS facility_serves,
  CASE WHEN u.lname <> '' AND (u.fname <> '' OR u.authorized = 1) THEN 1 ELSE 0 END AS is_person,
  CASE
    WHEN u.abook_type IN ('ord_img', 'ord_imm', 'ord_lab', 'vendor', 'dist', 'external_org') THEN 1
    WHEN COALESCE(u.lname, '') = '' AND u.organization <> '' THEN 1
    ELSE 0
  END AS is_organization
FROM users AS u
LEFT JOIN list_options AS physician
  ON physician.list_id = 'physician_type' AND physician.option_id = u.physician_type
LEFT JOIN list_options AS book ON book.list_id = 'abook_type' AND book.option_id = u.abook_type
LEFT JOIN facility ON facility.id = u.facility_id
