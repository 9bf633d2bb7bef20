-- key: PRNO
-- mode: incremental
-- cursor: CHANGED
-- overlap: 10m
-- deleted: DEL
-- DEL is Y, N or blank. The memo ends with the old editor's end-of-file character (26).
SELECT b.PRNO, b.PTNO, d.SDID, b.DX, b.DESCR, b.ONSET, b.RSLVD, replace(b.CMT, char(26), '') AS CMT, b.DEL, b.ENTDT,
       replace(b."Last Chg", ' ', 'T') AS CHANGED
FROM PROBLIST b
JOIN PTMAST p ON p.PTNO = b.PTNO AND p.CLASS <> 'TST'
LEFT JOIN "Staff Dir" d ON d.SDID = b.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
