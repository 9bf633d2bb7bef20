-- key: ALNO
-- mode: incremental
-- cursor: CHANGED
-- overlap: 10m
-- deleted: DELFLAG
SELECT a.ALNO, a.PTNO, a.ALCD, a.ALTXT, a.REACT, a.SEV, a.CERT, a.NOTED, a.DELFLAG, d.SDID,
       replace(a."Last Chg", ' ', 'T') AS CHANGED
FROM ALRGY a
JOIN PTMAST p ON p.PTNO = a.PTNO AND p.CLASS <> 'TST'
LEFT JOIN "Staff Dir" d ON d.LOGIN = a.LOGIN AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
