-- key: VNO
-- mode: incremental
-- cursor: CHANGED
-- overlap: 10m
-- deleted: DELETED
-- STAT X is a deleted visit. Times are local, to the minute, as text; so is the watermark, in two columns.
SELECT v.VNO, v.PTNO, d.SDID, v.SITECD, r.SDID AS ROOM, v.VDATE, v.VTIME, v.VEND, v.VTYPE, v.STAT, v.RSN, v.DX,
       v.STAT = 'X' AS DELETED,
       substr(v.UPDDT, 1, 4) || '-' || substr(v.UPDDT, 5, 2) || '-' || substr(v.UPDDT, 7, 2) || 'T' ||
       substr(v.UPDTM, 1, 2) || ':' || substr(v.UPDTM, 3, 2) || ':00' AS CHANGED
FROM VISITS v
JOIN PTMAST p ON p.PTNO = v.PTNO AND p.CLASS <> 'TST'
LEFT JOIN "Staff Dir" d ON d.SDID = v.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
LEFT JOIN "Staff Dir" r ON r.SDID = v.ROOM AND r.KIND = 'R'
