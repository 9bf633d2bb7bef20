-- key: SCNO
-- mode: live
SELECT c.SCNO, c.SDID, d.Spec, c.SITECD, c.DOW, c.FROMTM, c.TOTM, c.EFFDT, c.ENDDT
FROM SCHTMPL c
JOIN "Staff Dir" d ON d.SDID = c.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
