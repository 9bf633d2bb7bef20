-- key: LONO, SEQ
-- mode: incremental
-- cursor: REV
-- overlap: 100
-- deleted: DELETED
-- Results have no watermark of their own; their order has.
SELECT r.LONO, r.SEQ, o.PTNO, v.VNO, l.SDID AS LABID, r.TEST, r.RESULT, r.UNITS, r.RNG, r.FLAG, r.STAT, r.CMT,
       o.COLLDT, o.COLLTM, o.RPTDT, o.RPTTM, o.REV, o.STAT = 'X' AS DELETED
FROM LABRES r
JOIN LABORD o ON o.LONO = r.LONO
JOIN PTMAST p ON p.PTNO = o.PTNO AND p.CLASS <> 'TST'
LEFT JOIN VISITS v ON v.VNO = o.VNO AND v.STAT <> 'X'
LEFT JOIN "Staff Dir" l ON l.SDID = o.LABID AND l.KIND = 'S'
