-- key: id
-- dialect: mysql
-- mode: snapshot
-- OpenEMR writes primary, secondary and tertiary rows for every patient and leaves the unused without a provider;
-- a later row of the same kind, used or not, ends the one before.
SELECT
  i.id, i.type, i.plan_name, i.policy_number, i.group_number, i.policy_type, i.copay, i.date,
  i.subscriber_relationship, i.subscriber_fname, i.subscriber_mname, i.subscriber_lname, i.provider,
  CASE WHEN i.next_date > '0000-00-00' THEN i.next_date - INTERVAL 1 DAY END AS last_day,
  CASE WHEN i.next_date > '0000-00-00' AND i.next_date <= CURRENT_DATE THEN 1 ELSE 0 END AS superseded,
  p.pid, company.id AS company_id
FROM (
  SELECT d.*, LEAD(d.date) OVER (PARTITION BY d.pid, d.type ORDER BY d.date) AS next_date
  FROM insurance_data AS d
) AS i
LEFT JOIN patient_data AS p ON p.pid = i.pid
LEFT JOIN insurance_companies AS company ON company.id = CAST(i.provider AS UNSIGNED)
WHERE i.provider NOT IN ('', '0')
