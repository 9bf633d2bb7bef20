-- key: PTNO
-- mode: incremental
-- cursor: CHANGED
-- overlap: 10m
-- deleted: DELETED
-- A negative number is a deleted patient; class TST is nobody. Some rows name a doctor who has no row.
SELECT CAST(abs(p.PTNO) AS INTEGER) AS PTNO, p.PTNO < 0 AS DELETED, p.MRN, p.NM, p.AKA, p.SX, p.BSEX, p.DOB, p.DOD, p.RACE, p.ETHN,
       p.LANG, p.MARST, p.ADDR1, p."Addr 2", p.CITY, p.ST, p.ZIP, p."Home Phone", p.WORKPH, p.CellPh, p.eMail,
       p.SSN, d.SDID AS PCP, p.NOK,
       substr(p.LASTUPD, 1, 4) || '-' || substr(p.LASTUPD, 5, 2) || '-' || substr(p.LASTUPD, 7, 2) || 'T' ||
       substr(p.LASTUPD, 9, 2) || ':' || substr(p.LASTUPD, 11, 2) || ':' || substr(p.LASTUPD, 13, 2) AS CHANGED
FROM PTMAST p
LEFT JOIN "Staff Dir" d ON d.SDID = p.PCP AND d.KIND IN ('D', 'P') AND d.NM NOT LIKE 'ZZTEST%'
WHERE p.CLASS <> 'TST'
