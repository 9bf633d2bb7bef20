-- key: SITECD
-- The group (SITETYP G) and its branches (B), closed ones too.
SELECT SITECD, SITETYP, SITENAME, "Addr Line", CITYSTZIP, PHONE, FAXNO, NPINO, CLOSED
FROM SITES
