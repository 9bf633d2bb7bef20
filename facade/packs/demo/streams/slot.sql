-- key: SLNO
-- START is for the push-down of a search by date.
SELECT s.SLNO, s.SCNO, s.SLDT, s.SLTM, s.LEN, s.STATE,
       substr(s.SLDT, 1, 4) || '-' || substr(s.SLDT, 5, 2) || '-' || substr(s.SLDT, 7, 2) || 'T' ||
       substr(s.SLTM, 1, 2) || ':' || substr(s.SLTM, 3, 2) || ':00' AS START
FROM SLOTBK s
JOIN SCHTMPL c ON c.SCNO = s.SCNO
