-- key: study
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- A row is a file; a study is all files of one study UID. The pictures themselves stay where they are.
SELECT
  d.DM_FILE_ST_UID AS study, MIN(d.DM_FILE_ST_DATE) AS started, MAX(d.DM_FILE_ST_DESCR) AS description,
  MAX(d.DM_FILE_ACCESSION_NUMBER) AS accession, COUNT(*) AS files, COUNT(DISTINCT d.DM_FILE_SER_INST_UID) AS series,
  GROUP_CONCAT(DISTINCT CONCAT(d.DM_FILE_SER_INST_UID, '|', COALESCE(d.DM_FILE_MODALIITY, ''))
    ORDER BY d.DM_FILE_SER_INST_UID SEPARATOR ';') AS series_list,
  MIN(t.DCMT_DESC) AS kind, p.PAT_ID AS pid,
  CASE WHEN MAX(d.DM_ACTIVE) = 1 AND p.PAT_DELETED = 'N' THEN 0 ELSE 1 END AS is_deleted
FROM oh_dicom AS d
LEFT JOIN oh_dicomtype AS t ON t.DCMT_ID = d.DM_DCMT_ID
LEFT JOIN oh_patient AS p ON p.PAT_ID = d.DM_PAT_ID
GROUP BY d.DM_FILE_ST_UID, p.PAT_ID, p.PAT_DELETED
