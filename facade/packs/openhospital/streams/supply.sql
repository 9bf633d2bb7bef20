-- key: MMV_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- The main store: a charge (+) comes from a supplier, a discharge (-) goes to a ward. Inventory corrections move nothing.
SELECT
  s.MMV_ID, s.MMV_DATE, CAST(s.MMV_QTY AS CHAR) AS MMV_QTY, s.MMV_REFNO, k.MMVT_TYPE, k.MMVT_DESC,
  CASE WHEN s.MMV_ACTIVE = 1 THEN 0 ELSE 1 END AS is_deleted,
  m.MDSR_ID AS medical_id, m.MDSR_DESC AS medical_name, l.LT_ID_A AS lot_id,
  w.WRD_ID_A AS ward_id, w.WRD_NAME AS ward_name,
  CASE WHEN u.SUP_DELETED = 'N' THEN u.SUP_ID END AS supplier_id, u.SUP_NAME AS supplier_name,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id
FROM oh_medicaldsrstockmov AS s
JOIN oh_medicaldsrstockmovtype AS k ON k.MMVT_ID_A = s.MMV_MMVT_ID_A AND k.MMVT_CATEGORY = 'operational'
LEFT JOIN oh_medicaldsr AS m ON m.MDSR_ID = s.MMV_MDSR_ID
LEFT JOIN oh_medicaldsrlot AS l ON l.LT_ID_A = s.MMV_LT_ID_A
LEFT JOIN oh_ward AS w ON w.WRD_ID_A = s.MMV_WRD_ID_A
LEFT JOIN oh_supplier AS u ON u.SUP_ID = s.MMV_FROM
