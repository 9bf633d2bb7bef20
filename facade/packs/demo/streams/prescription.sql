-- key: RXNO
-- mode: incremental
-- cursor: CHANGED
-- overlap: 10m
-- deleted: VOIDDT
-- A prescription with a VOIDDT is void. ROUTE and FREQ are numbers in lists 1 and 2 of CODETBL, FORM in list 3.
SELECT r.RXNO, r.PTNO, v.VNO, d.SDID, r.DRUGCD, f.DRUGNM, f.FORM, r.SIG, r.DOSE, r.ROUTE, r.FREQ, r.QTY, r.RFL,
       r.RXDT, r.STOPDT, r.RXSTAT, r.DX, r.VOIDDT, replace(r."Last Chg", ' ', 'T') AS CHANGED
FROM RXFILE r
JOIN PTMAST p ON p.PTNO = r.PTNO AND p.CLASS <> 'TST'
LEFT JOIN FORMULRY f ON f.DRUGCD = r.DRUGCD
LEFT JOIN VISITS v ON v.VNO = r.VNO AND v.STAT <> 'X'
LEFT JOIN "Staff Dir" d ON d.SDID = r.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
