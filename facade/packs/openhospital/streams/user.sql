-- key: US_ID_A
-- dialect: mysql
-- mode: snapshot
-- Logins: people, and services that share a name. The password hash is never read.
SELECT
  u.US_ID_A, u.US_DESC, u.US_ACTIVE, u.US_ACCOUNT_LOCKED, g.UG_ID_A, g.UG_DESC,
  (SELECT MIN(HOS_ID_A) FROM oh_hospital) AS hospital_id
FROM oh_user AS u
LEFT JOIN oh_usergroup AS g ON g.UG_ID_A = u.US_UG_ID_A
