-- key: id
-- dialect: mysql
-- mode: snapshot
SELECT
  id, name, phone, fax, street, city, state, postal_code, country_code, federal_ein, website, email,
  service_location, billing_location, primary_business_entity, pos_code, domain_identifier,
  facility_npi, facility_taxonomy, facility_code, attn
FROM facility
