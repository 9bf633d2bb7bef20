-- key: LAB_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: is_deleted
-- One row is the request and its result. Exams of procedure 2 have rows of their own in oh_laboratoryrow for what was
-- found; plus_scale is the longest answer of pluses that the exam offers, normal_text the answer marked as normal.
SELECT
  l.LAB_ID, l.LAB_DATE, l.LAB_RES, l.LAB_NOTE, l.LAB_PAT_NAME, l.LAB_MATERIAL, l.LAB_STATUS,
  x.EXA_ID_A, x.EXA_DESC, x.EXA_PROC, t.EXC_ID_A, t.EXC_DESC,
  (SELECT GROUP_CONCAT(r.LABR_DESC ORDER BY r.LABR_ID SEPARATOR '\n') FROM oh_laboratoryrow AS r
    WHERE r.LABR_LAB_ID = l.LAB_ID) AS found,
  (SELECT MAX(CHAR_LENGTH(s.EXR_DESC)) FROM oh_examrow AS s
    WHERE s.EXR_EXA_ID_A = l.LAB_EXA_ID_A AND s.EXR_DESC REGEXP '^[+]+$') AS plus_scale,
  (SELECT MIN(n.EXR_DESC) FROM oh_examrow AS n
    WHERE n.EXR_EXA_ID_A = l.LAB_EXA_ID_A AND n.EXR_DESC LIKE '%(NORMAL)%') AS normal_text,
  CASE WHEN l.LAB_ACTIVE = 1 AND COALESCE(l.LAB_STATUS, '') <> 'deleted' AND COALESCE(p.PAT_DELETED, 'N') = 'N'
    THEN 0 ELSE 1 END AS is_deleted,
  p.PAT_ID AS pid, (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id,
  l.LAB_CREATED_DATE, COALESCE(l.LAB_LAST_MODIFIED_DATE, l.LAB_CREATED_DATE) AS recorded, author.US_ID_A AS author_id
FROM oh_laboratory AS l
LEFT JOIN oh_exam AS x ON x.EXA_ID_A = l.LAB_EXA_ID_A
LEFT JOIN oh_examtype AS t ON t.EXC_ID_A = x.EXA_EXC_ID_A
LEFT JOIN oh_patient AS p ON p.PAT_ID = l.LAB_PAT_ID
LEFT JOIN oh_user AS author
  ON author.US_ID_A = IF(l.LAB_LAST_MODIFIED_DATE IS NULL, l.LAB_CREATED_BY, l.LAB_LAST_MODIFIED_BY)
