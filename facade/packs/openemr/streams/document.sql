-- key: id
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The content is in a file or CouchDB, not here. revision moves by itself on older servers only.
SELECT
  d.id, d.type, d.size, d.date, d.url, d.mimetype, d.pages, d.docdate, TO_BASE64(UNHEX(d.hash)) AS hash, d.storagemethod, d.revision,
  CASE WHEN d.audit_master_approval_status = 1 THEN 0 ELSE 1 END AS is_deleted,
  (SELECT MIN(c.name) FROM categories_to_documents AS cd JOIN categories AS c ON c.id = cd.category_id
    WHERE cd.document_id = d.id) AS category,
  p.pid, visit.encounter, author.id AS author_id, home.id AS author_facility
FROM documents AS d
JOIN patient_data AS p ON p.pid = d.foreign_id
LEFT JOIN forms AS visit
  ON visit.pid = d.foreign_id AND visit.encounter = d.encounter_id AND visit.formdir = 'newpatient'
    AND visit.deleted = 0
LEFT JOIN users AS author
  ON author.id = d.owner AND author.lname <> '' AND (author.fname <> '' OR author.authorized = 1)
LEFT JOIN facility AS home ON home.id = author.facility_id
