-- key: BLL_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- BLL_UPDATE is written by the billing screen only: no watermark to trust.
SELECT
  b.BLL_ID, b.BLL_DATE, b.BLL_PAT_NAME, b.BLL_STATUS, CAST(b.BLL_AMOUNT AS CHAR) AS BLL_AMOUNT,
  CAST(b.BLL_BALANCE AS CHAR) AS BLL_BALANCE, COALESCE(s.LST_CURRENCY, h.HOS_CURR_COD) AS currency,
  COALESCE(s.LST_NAME, b.BLL_LST_NAME) AS price_list,
  CAST((SELECT SUM(y.BLP_AMOUNT) FROM oh_billpayments AS y WHERE y.BLP_ID_BILL = b.BLL_ID) AS CHAR) AS paid,
  (SELECT GROUP_CONCAT(i.BLI_ID ORDER BY i.BLI_ID SEPARATOR ';') FROM oh_billitems AS i
    WHERE i.BLI_ID_BILL = b.BLL_ID AND i.BLI_ACTIVE = 1) AS item_ids,
  CASE WHEN b.BLL_ACTIVE = 1 AND b.BLL_STATUS <> 'D' AND COALESCE(p.PAT_DELETED, 'N') = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, h.HOS_ID_A AS hospital_id,
  COALESCE(b.BLL_LAST_MODIFIED_DATE, b.BLL_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_bills AS b
LEFT JOIN oh_patient AS p ON p.PAT_ID = b.BLL_ID_PAT AND b.BLL_IS_PAT = 1
LEFT JOIN oh_pricelists AS s ON s.LST_ID = b.BLL_ID_LST AND b.BLL_IS_LST = 1
LEFT JOIN oh_hospital AS h ON h.HOS_ID_A = (SELECT MIN(HOS_ID_A) FROM oh_hospital)
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(b.BLL_LAST_MODIFIED_DATE IS NULL, b.BLL_CREATED_BY, b.BLL_LAST_MODIFIED_BY)
