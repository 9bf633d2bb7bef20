-- key: APNO
-- mode: live
-- PTNO 0 is no appointment but a block in a doctor's day. RECUR makes one row stand for a series.
-- UNTIL is for the search by date alone: the last day of which the row may make an appointment.
SELECT a.APNO, p.PTNO, d.SDID, c.SCNO, a.SITECD, r.SDID AS ROOM, a.APDT, a.APTM, a.LEN, a.APTYP, a.STAT, a.RSN,
       a.CANRSN, a.RECUR, s.SLNO, a.MADEDT,
       CASE WHEN trim(coalesce(a.RECUR, '')) = '' THEN a.APDT ELSE 99991231 END AS UNTIL,
       substr(a.UPDDT, 1, 4) || '-' || substr(a.UPDDT, 5, 2) || '-' || substr(a.UPDDT, 7, 2) || 'T' ||
       substr(a.UPDTM, 1, 2) || ':' || substr(a.UPDTM, 3, 2) || ':00' AS CHANGED
FROM APPTBK a
LEFT JOIN PTMAST p ON p.PTNO = a.PTNO AND p.CLASS <> 'TST'
LEFT JOIN "Staff Dir" d ON d.SDID = a.SDID AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
LEFT JOIN SCHTMPL c ON c.SDID = a.SDID
LEFT JOIN "Staff Dir" r ON r.SDID = a.ROOM AND r.KIND = 'R'
LEFT JOIN SLOTBK s ON s.SLNO = a.SLNO
WHERE a.PTNO = 0 OR p.PTNO IS NOT NULL
