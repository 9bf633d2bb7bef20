-- key: BLI_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- BLI_ID_PRICE is a group and an item's code in one: EXA03.01, MED28, OPE2, OTH1. Without a price it is free text.
SELECT
  i.BLI_ID, i.BLI_ID_PRICE, i.BLI_ITEM_DESC, CAST(i.BLI_ITEM_AMOUNT AS CHAR) AS BLI_ITEM_AMOUNT, i.BLI_QTY,
  i.BLI_CREATED_DATE, b.BLL_DATE, b.BLL_PAT_NAME, b.BLL_STATUS, COALESCE(s.LST_CURRENCY, h.HOS_CURR_COD) AS currency,
  CASE WHEN i.BLI_ACTIVE = 1 AND b.BLL_ACTIVE = 1 AND b.BLL_STATUS <> 'D' AND COALESCE(p.PAT_DELETED, 'N') = 'N'
    THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, CASE WHEN a.ADM_DELETED = 'N' THEN a.ADM_ID END AS admission_id, h.HOS_ID_A AS hospital_id
FROM oh_billitems AS i
JOIN oh_bills AS b ON b.BLL_ID = i.BLI_ID_BILL
LEFT JOIN oh_patient AS p ON p.PAT_ID = b.BLL_ID_PAT AND b.BLL_IS_PAT = 1
LEFT JOIN oh_admission AS a ON a.ADM_ID = b.BLL_ADM_ID AND a.ADM_PAT_ID = p.PAT_ID
LEFT JOIN oh_pricelists AS s ON s.LST_ID = b.BLL_ID_LST AND b.BLL_IS_LST = 1
LEFT JOIN oh_hospital AS h ON h.HOS_ID_A = (SELECT MIN(HOS_ID_A) FROM oh_hospital)
