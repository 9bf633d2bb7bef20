-- key: OPER_ID_A
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- An operation belongs to an admission, a visit or a bill, and has its patient from there; it is gone with them.
SELECT
  r.OPER_ID_A, r.OPER_OPDATE, r.OPER_RESULT, r.OPER_REMARKS, r.OPER_PRESCRIBER,
  CAST(r.OPER_TRANS_UNIT AS CHAR) AS OPER_TRANS_UNIT,
  o.OPE_ID_A, o.OPE_DESC, t.OCL_DESC,
  CASE WHEN r.OPER_ACTIVE = 1 AND p.PAT_DELETED = 'N' AND COALESCE(a.ADM_DELETED, 'N') = 'N' AND COALESCE(v.OPD_ACTIVE, 1) = 1
    THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid,
  a.ADM_ID AS admission_id, v.OPD_ID AS opd_id,
  prescriber.US_ID_A AS prescriber_id, (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(r.OPER_LAST_MODIFIED_DATE, r.OPER_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_operationrow AS r
LEFT JOIN oh_operation AS o ON o.OPE_ID_A = r.OPER_OPE_ID_A
LEFT JOIN oh_operationtype AS t ON t.OCL_ID_A = o.OPE_OCL_ID_A
LEFT JOIN oh_admission AS a ON a.ADM_ID = r.OPER_ADMISSION_ID
LEFT JOIN oh_opd AS v ON v.OPD_ID = r.OPER_OPD_ID
LEFT JOIN oh_bills AS b ON b.BLL_ID = r.OPER_BILL_ID
LEFT JOIN oh_patient AS p ON p.PAT_ID = COALESCE(a.ADM_PAT_ID, v.OPD_PAT_ID, b.BLL_ID_PAT)
LEFT JOIN oh_user AS prescriber ON prescriber.US_ID_A = r.OPER_PRESCRIBER
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(r.OPER_LAST_MODIFIED_DATE IS NULL, r.OPER_CREATED_BY, r.OPER_LAST_MODIFIED_BY)
