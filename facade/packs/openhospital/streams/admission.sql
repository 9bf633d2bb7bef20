-- key: ADM_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- ADM_LAST_MODIFIED_DATE is set by the application, and is empty on most rows: no watermark to trust.
-- FLOAT columns as text keep the digits that were typed.
SELECT
  a.ADM_ID, a.ADM_IN, a.ADM_TYPE, a.ADM_DATE_ADM, a.ADM_DATE_DIS, a.ADM_FHU, a.ADM_NOTE,
  CAST(a.ADM_TRANS AS CHAR) AS ADM_TRANS,
  kind.ADMT_ID_A, kind.ADMT_DESC, a.ADM_DIST_ID_A, ending.DIST_DESC,
  admitted.DIS_ID_A AS in_code, admitted.DIS_DESC AS in_text,
  out1.DIS_ID_A AS out1_code, out1.DIS_DESC AS out1_text, out2.DIS_ID_A AS out2_code, out2.DIS_DESC AS out2_text,
  out3.DIS_ID_A AS out3_code, out3.DIS_DESC AS out3_text,
  a.ADM_PRG_DATE_VIS, a.ADM_PRG_PTT_ID_A, treatment.PTT_DESC, a.ADM_PRG_DATE_DEL, a.ADM_PRG_DLT_ID_A, way.DLT_DESC,
  a.ADM_PRG_DRT_ID_A, birth.DRT_DESC, CAST(a.ADM_PRG_WEIGHT AS CHAR) AS ADM_PRG_WEIGHT,
  a.ADM_PRG_DATE_CTRL1, a.ADM_PRG_DATE_CTRL2, a.ADM_PRG_DATE_ABORT,
  CASE WHEN a.ADM_DELETED = 'N' AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, w.WRD_ID_A AS ward_id, w.WRD_NAME AS ward_name,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  COALESCE(a.ADM_LAST_MODIFIED_DATE, a.ADM_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_admission AS a
LEFT JOIN oh_patient AS p ON p.PAT_ID = a.ADM_PAT_ID
LEFT JOIN oh_ward AS w ON w.WRD_ID_A = a.ADM_WRD_ID_A
LEFT JOIN oh_admissiontype AS kind ON kind.ADMT_ID_A = a.ADM_ADMT_ID_A_ADM
LEFT JOIN oh_dischargetype AS ending ON ending.DIST_ID_A = a.ADM_DIST_ID_A
LEFT JOIN oh_disease AS admitted ON admitted.DIS_ID_A = a.ADM_IN_DIS_ID_A
LEFT JOIN oh_disease AS out1 ON out1.DIS_ID_A = a.ADM_OUT_DIS_ID_A
LEFT JOIN oh_disease AS out2 ON out2.DIS_ID_A = a.ADM_OUT_DIS_ID_A_2
LEFT JOIN oh_disease AS out3 ON out3.DIS_ID_A = a.ADM_OUT_DIS_ID_A_3
LEFT JOIN oh_pregnanttreatmenttype AS treatment ON treatment.PTT_ID_A = a.ADM_PRG_PTT_ID_A
LEFT JOIN oh_deliverytype AS way ON way.DLT_ID_A = a.ADM_PRG_DLT_ID_A
LEFT JOIN oh_deliveryresulttype AS birth ON birth.DRT_ID_A = a.ADM_PRG_DRT_ID_A
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(a.ADM_LAST_MODIFIED_DATE IS NULL, a.ADM_CREATED_BY, a.ADM_LAST_MODIFIED_BY)
