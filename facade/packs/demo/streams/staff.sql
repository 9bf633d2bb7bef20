-- key: SDID
-- Staff, rooms, services and addresses in one table; KIND tells. Test users are nobody.
SELECT d.SDID, d.KIND, d.NM, d.Spec, d.NPINO, d."Work Phone", d.eMail, s.SITECD, s.PHONE AS SITEPHONE, d.STARTDT, d.ENDDT
FROM "Staff Dir" d
LEFT JOIN SITES s ON s.SITECD = d.SITECD
WHERE d.NM NOT LIKE 'ZZTEST%'
