-- key: drugid
-- dialect: mysql
-- mode: snapshot
-- FLOAT doses are given with the digits they have. archived is no delete: archived_reason says why it was stopped.
SELECT
  x.drugid, x.rx_date, x.end_date, x.written_date, x.BN AS brand, x.GN AS generic, x.customName AS custom_name, x.ATC AS atc,
  x.regional_identifier AS din, x.dosage, x.unitName AS unit_name, x.unit, x.method, x.route, x.drug_form,
  x.freqcode AS frequency, x.prn, x.duration, x.durunit AS duration_unit, x.quantity, x.dispensingUnits AS dispensing_units,
  x.`repeat` AS repeats, x.nosubs, x.special, x.special_instruction, x.comment, x.create_date, x.long_term,
  x.past_med, x.non_authoritative, x.outside_provider_name AS outside_name, x.outside_provider_ohip AS outside_ohip,
  x.archived, x.archived_reason, x.archived_date, x.start_date_unknown, x.lastUpdateDate AS updated,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(x.takemin AS DECIMAL(10, 3)) AS CHAR))) AS take_min,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(x.takemax AS DECIMAL(10, 3)) AS CHAR))) AS take_max,
  CASE WHEN x.end_date > '0001-01-01' AND x.end_date < CURRENT_DATE THEN 1 ELSE 0 END AS is_over,
  s.script_no, s.rx_comments,
  (SELECT GROUP_CONCAT(CONCAT(r.codingSystem, ':', r.code) ORDER BY r.primaryReasonFlag DESC, r.id SEPARATOR ';')
    FROM drugReason AS r WHERE r.drugId = x.drugid AND r.archivedFlag = 0 AND r.code <> '') AS reasons,
  (SELECT MIN(h.recordID) FROM demographicPharmacy AS d JOIN pharmacyInfo AS h ON h.recordID = d.pharmacyID AND h.name <> ''
    WHERE d.demographic_no = x.demographic_no AND d.status = '1' AND COALESCE(d.preferredOrder, 1) = 1) AS pharmacy_id,
  p.demographic_no AS patient_id, provider.provider_no AS provider_id,
  (SELECT MIN(own.clinic_no) FROM clinic AS own) AS clinic_no
FROM drugs AS x
LEFT JOIN demographic AS p ON p.demographic_no = x.demographic_no
LEFT JOIN provider ON provider.provider_no = x.provider_no AND provider.last_name <> ''
LEFT JOIN prescription AS s ON s.script_no = x.script_no AND s.demographic_no = x.demographic_no
