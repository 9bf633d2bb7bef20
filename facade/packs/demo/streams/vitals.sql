-- key: VTNO
-- Pounds, inches, Fahrenheit; 0 and 0.00 are "not measured". The nurse is known by log-in.
SELECT s.VTNO, v.VNO, s.PTNO, s.TKDT, s.TKTM, s.BP, s.WTLB, s.HTIN, s.TEMPF, s.PULSE, s.RESP, s.O2SAT, s.HCIN, d.SDID
FROM VITALS s
JOIN PTMAST p ON p.PTNO = s.PTNO AND p.CLASS <> 'TST'
LEFT JOIN VISITS v ON v.VNO = s.VNO AND v.STAT <> 'X'
LEFT JOIN "Staff Dir" d ON d.LOGIN = s.LOGIN AND d.KIND IN ('D', 'N', 'P') AND d.NM NOT LIKE 'ZZTEST%'
