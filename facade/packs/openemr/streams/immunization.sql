-- key: id
-- dialect: mysql
-- mode: snapshot
-- A FLOAT column as text keeps the digits that were typed.
-- update_date moves by itself on older servers only (explicit_defaults_for_timestamp): no watermark to trust.
SELECT
  i.id, i.administered_date, i.cvx_code, i.immunization_id, i.manufacturer, i.lot_number, i.administered_by,
  i.education_date, i.vis_date, i.note, i.create_date, i.update_date,
  CAST(i.amount_administered AS CHAR) AS amount_administered, i.amount_administered_unit,
  i.expiration_date, i.route, i.administration_site, i.added_erroneously, i.completion_status,
  i.information_source, i.refusal_reason,
  (SELECT MIN(c.code_text) FROM codes AS c WHERE c.code = i.cvx_code AND c.code_type = 100) AS cvx_text,
  vaccine.title AS vaccine_title, maker.title AS maker_title, maker.notes AS maker_code,
  unit.title AS unit_title, route.title AS route_title, site.title AS site_title,
  p.pid, performer.id AS performer_id, orderer.id AS orderer_id,
  author.id AS author_id, home.id AS author_facility
FROM immunizations AS i
LEFT JOIN patient_data AS p ON p.pid = i.patient_id
LEFT JOIN list_options AS vaccine
  ON vaccine.list_id = 'immunizations' AND vaccine.option_id = CAST(i.immunization_id AS CHAR)
LEFT JOIN list_options AS maker
  ON maker.list_id = 'Immunization_Manufacturer' AND maker.option_id = i.manufacturer
LEFT JOIN list_options AS unit ON unit.list_id = 'drug_units' AND unit.option_id = i.amount_administered_unit
LEFT JOIN list_options AS route ON route.list_id = 'drug_route' AND route.option_id = i.route
LEFT JOIN list_options AS site
  ON site.list_id = 'immunization_administered_site' AND site.option_id = i.administration_site
LEFT JOIN users AS performer
  ON performer.id = i.administered_by_id AND performer.lname <> ''
    AND (performer.fname <> '' OR performer.authorized = 1)
LEFT JOIN users AS orderer
  ON orderer.id = i.ordering_provider AND orderer.lname <> '' AND (orderer.fname <> '' OR orderer.authorized = 1)
LEFT JOIN users AS author
  ON author.id = i.created_by AND author.lname <> '' AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
