-- key: HOS_ID_A
-- dialect: mysql
-- mode: snapshot
SELECT HOS_ID_A, HOS_NAME, HOS_ADDR, HOS_CITY, HOS_TELE, HOS_FAX, HOS_EMAIL, HOS_VISIT_START, HOS_VISIT_END
FROM oh_hospital
