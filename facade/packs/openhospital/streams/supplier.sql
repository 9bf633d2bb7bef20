-- key: SUP_ID
-- dialect: mysql
-- mode: snapshot
-- deleted: SUP_DELETED
SELECT SUP_ID, SUP_NAME, SUP_ADDRESS, SUP_TAXCODE, SUP_PHONE, SUP_FAX, SUP_EMAIL, SUP_DELETED FROM oh_supplier
