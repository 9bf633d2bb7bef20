-- key: LONO
-- mode: incremental
-- cursor: REV
-- overlap: 100
-- deleted: DELETED
-- REV is a counter. SEQS lists the results that there are.
SELECT o.LONO, o.PTNO, v.VNO, d.SDID, l.SDID AS LABID, o.PANEL, o.PRIO, o.DX, o.ORDDT, o.ORDTM, o.COLLDT, o.COLLTM,
       o.RPTDT, o.RPTTM, o.STAT, o.REV, o.STAT = 'X' AS DELETED,
       (SELECT group_concat(q.SEQ) FROM (SELECT r.SEQ FROM LABRES r WHERE r.LONO = o.LONO ORDER BY r.SEQ) q) AS SEQS
FROM LABORD o
JOIN PTMAST p ON p.PTNO = o.PTNO AND p.CLASS <> 'TST'
LEFT JOIN VISITS v ON v.VNO = o.VNO AND v.STAT <> 'X'
LEFT JOIN "Staff Dir" d ON d.SDID = o.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
LEFT JOIN "Staff Dir" l ON l.SDID = o.LABID AND l.KIND = 'S'
