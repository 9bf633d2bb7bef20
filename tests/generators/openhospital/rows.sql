-- A hospital with four patients on whom every quirk is practised. Written for these tests: nobody here is real.
INSERT INTO oh_hospital VALUES ('HILL', 'Hill Hospital', '1 Hill Road', 'Arua', '+256 700 000001', '', 'desk@hill.example', 'UGX', '08:00:00', '17:30:00');
INSERT INTO oh_ward (WRD_ID_A, WRD_NAME, WRD_TELE, WRD_FAX, WRD_EMAIL, WRD_NBEDS, WRD_IS_OPD, WRD_VISIT_DURATION) VALUES
  ('M', 'MATERNITY', '21', '', '', 20, 0, 30), ('OPD', 'Outpatients', '', '22', 'opd@hill.example', 0, 1, 15), ('ST', 'Store', NULL, NULL, NULL, 0, 0, 0), ('INV', 'Inventory', '', '', '', 0, 0, 0);
INSERT INTO oh_usergroup (UG_ID_A, UG_DESC) VALUES ('doctor', 'Everything but the laboratory'), ('lab', 'Laboratory only');
INSERT INTO oh_user (US_ID_A, US_UG_ID_A, US_DESC, US_ACTIVE, US_ACCOUNT_LOCKED) VALUES
  ('rlapwony', 'doctor', 'Dr. Rose Lapwony', 1, 0), ('lab1', 'lab', NULL, 1, 1), ('old', 'gone', 'Left in 2019', 0, 0);
INSERT INTO oh_supplier (SUP_ID, SUP_NAME, SUP_ADDRESS, SUP_TAXCODE, SUP_PHONE, SUP_FAX, SUP_EMAIL, SUP_DELETED) VALUES
  (1, 'Nile Medical Stores', '7 River Street, Kampala', 'T-77', '+256 700 000007', '', 'order@nile.example', 'N'), (2, 'Closed Ltd', '', '', '', '', '', 'Y');
INSERT INTO oh_patient_profile_photo VALUES (1, x'89504E470D0A1A0A0000000D'), (2, x'FFD8FFE000104A46');
INSERT INTO oh_patient (PAT_ID, PAT_FNAME, PAT_SNAME, PAT_NAME, PAT_BDATE, PAT_SEX, PAT_ADDR, PAT_CITY, PAT_NEXT_KIN, PAT_TELE, PAT_MOTH_NAME, PAT_MOTH, PAT_FATH_NAME, PAT_FATH, PAT_NOTE, PAT_DELETED, PAT_BTYPE, PAT_TAXCODE, PAT_CREATED_BY, PAT_CREATED_DATE, PAT_LAST_MODIFIED_BY, PAT_LAST_MODIFIED_DATE, PAT_PROFESSION, PAT_MAR_STAT, PAT_PROFILE_PHOTO_ID, PAT_ALLERGIES, PAT_ANAMNESIS) VALUES
  (0, 'Nobody', 'Nil', 'Nobody Nil', NULL, 'U', '-', '-', '-', '-', '-', 'U', '-', 'U', '-', 'Y', '-', '-', 'rlapwony', '2020-01-01 08:00:00', NULL, NULL, 'unknown', 'unknown', NULL, NULL, NULL),
  (1, 'Amina', 'Okello', 'Amina Okello', '1995-04-30', 'F', 'Plot 4', 'Arua', 'Mother', '+256 711 000011', 'Grace', 'A', 'John', 'D', 'Prefers mornings', 'N', '0+', 'CM950430', 'rlapwony', '2021-05-01 09:00:00', 'lab1', '2021-06-01 10:30:00', 'farming', 'married', 1, 'penicillin, dust?', 'Malaria twice a year'),
  (2, 'Péter', 'Ssali', 'Péter Ssali', '1950-12-01', 'M', '', 'Arua', 'Ruth Ssali', '+39', '', '', '', '', '.', 'N', 'Unknown', '', 'rlapwony', '2021-05-02 09:00:00', NULL, NULL, 'unknown', 'unknown', 2, '', NULL),
  (3, 'Twice', 'Typed', 'Twice Typed', '1990-01-01', 'M', '', '', '', '', '', '', '', '', '', 'Y', 'A-', '', 'rlapwony', '2021-05-03 09:00:00', NULL, NULL, 'other', 'single', NULL, 'nuts', ''),
  (4, '', '', 'Found at the gate', NULL, 'U', '-', '-', '-', '-', '-', 'U', '', 'U', '-', 'N', 'AB-', '-', NULL, NULL, NULL, NULL, NULL, 'estranged', NULL, '-', '-');
INSERT INTO oh_patient_consensus (PTC_ID, PTC_PAT_ID, PTC_CONSENSUS, PTC_CREATED_DATE) VALUES (1, 1, 1, '2021-05-01 09:00:00'), (2, 2, 0, NULL), (3, 3, 1, NULL), (4, 777, 1, NULL);
INSERT INTO oh_admissiontype VALUES ('A', 'AMBULANCE'), ('I', 'SELF');
INSERT INTO oh_dischargetype VALUES ('D', 'DEAD'), ('EQ', 'NORMAL DISCHARGE'), ('Z', 'Sent by boat');
INSERT INTO oh_disease VALUES ('16', 'Hypertension'), ('26', 'Other trouble in pregnancy'), ('39', 'Malaria'), ('49', 'All the rest');
INSERT INTO oh_pregnanttreatmenttype VALUES ('S2', 'SECOND DOSE'), ('N', 'NEW');
INSERT INTO oh_deliverytype VALUES ('C', 'BY CESARIAN'), ('N', 'NORMAL'), ('W', 'IN WATER');
INSERT INTO oh_deliveryresulttype VALUES ('A', 'LIVE BIRTH'), ('M', 'MATERNAL DEATH');
INSERT INTO oh_admission (ADM_ID, ADM_IN, ADM_TYPE, ADM_WRD_ID_A, ADM_PAT_ID, ADM_DATE_ADM, ADM_ADMT_ID_A_ADM, ADM_FHU, ADM_IN_DIS_ID_A, ADM_OUT_DIS_ID_A, ADM_OUT_DIS_ID_A_2, ADM_OUT_DIS_ID_A_3, ADM_DATE_DIS, ADM_DIST_ID_A, ADM_NOTE, ADM_TRANS, ADM_PRG_DATE_VIS, ADM_PRG_PTT_ID_A, ADM_PRG_DATE_DEL, ADM_PRG_DLT_ID_A, ADM_PRG_DRT_ID_A, ADM_PRG_WEIGHT, ADM_PRG_DATE_CTRL1, ADM_PRG_DATE_CTRL2, ADM_PRG_DATE_ABORT, ADM_DELETED, ADM_CREATED_BY, ADM_CREATED_DATE, ADM_LAST_MODIFIED_BY, ADM_LAST_MODIFIED_DATE) VALUES
  (10, 1, 'P', 'M', 1, '2022-01-10 08:15:00', 'A', 'Health Centre III', '26', NULL, NULL, NULL, NULL, NULL, 'Third child', 1.5, '2022-01-10 09:00:00', 'S2', '2022-01-11 03:20:00', 'C', 'A', 3.1, '2022-01-20 00:00:00', NULL, NULL, 'N', 'rlapwony', '2022-01-10 08:20:00', 'lab1', NULL),
  (11, 0, 'N', 'M', 2, '2022-02-01 10:00:00', 'I', NULL, '39', '39', '16', '49', '2022-02-03 18:00:00', 'D', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'N', 'rlapwony', '2022-02-01 10:05:00', 'rlapwony', '2022-02-03 18:05:00'),
  (12, 0, 'N', 'M', 2, '2022-01-01 10:00:00', 'I', NULL, '39', '39', NULL, NULL, '2022-01-02 10:00:00', 'EQ', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Y', 'rlapwony', '2022-01-01 10:00:00', NULL, NULL),
  (13, 1, 'N', 'M', 3, '2022-01-01 10:00:00', 'I', NULL, '39', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'N', 'rlapwony', '2022-01-01 10:00:00', NULL, NULL),
  (14, 0, 'M', 'XX', 4, '2022-03-01 10:00:00', '?', NULL, NULL, '99', NULL, NULL, '2022-03-02 10:00:00', 'D', NULL, NULL, NULL, 'N', NULL, 'W', NULL, 2.75, NULL, '2022-04-01 00:00:00', NULL, 'N', 'nobody', '2022-03-01 10:00:00', NULL, NULL),
  (15, 0, 'N', 'M', 1, '2021-02-01 10:00:00', 'I', NULL, '26', '26', NULL, NULL, '2021-02-02 10:00:00', 'Z', NULL, 0, NULL, NULL, NULL, NULL, 'M', NULL, NULL, NULL, '2021-02-01 00:00:00', 'N', NULL, NULL, NULL, NULL),
  (16, 0, 'N', 'M', 1, '2021-03-05 10:00:00', 'I', NULL, '39', '39', NULL, NULL, '2021-03-01 10:00:00', 'EQ', NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'N', NULL, NULL, NULL, NULL);
INSERT INTO oh_malnutritioncontrol VALUES (1, '2022-03-01 00:00:00', 14, 81.5, 9.25), (2, '2022-01-01 00:00:00', 12, 80, 9), (3, '2022-03-02 00:00:00', 14, 0, 9.5);
INSERT INTO oh_visits (VST_ID, VST_PAT_ID, VST_DATE, VST_NOTE, VST_CREATED_BY, VST_CREATED_DATE, VST_LAST_MODIFIED_BY, VST_LAST_MODIFIED_DATE, VST_ACTIVE, VST_WRD_ID_A, VST_DURATION, VST_SERVICE) VALUES
  (1, 1, '2022-03-27 01:45:00', 'Bring the card', 'rlapwony', '2022-01-12 10:00:00', 'rlapwony', '2022-01-12 10:00:00', 1, 'OPD', 45, 'Control visit'),
  (2, 2, '2022-05-02 09:00:00', NULL, NULL, NULL, NULL, NULL, 1, 'OPD', NULL, ''),
  (3, 3, '2022-05-02 09:00:00', NULL, 'rlapwony', '2022-01-12 10:00:00', NULL, NULL, 1, 'OPD', 15, ''),
  (4, 1, '2022-06-02 00:00:00', NULL, 'rlapwony', '2022-01-12 10:00:00', NULL, NULL, 1, 'ST', 0, ''),
  (5, 1, '2022-06-03 08:00:00', NULL, 'rlapwony', '2022-01-12 10:00:00', NULL, NULL, 0, 'M', 30, '');
INSERT INTO oh_opd (OPD_ID, OPD_WRD_ID_A, OPD_DATE, OPD_NEW_PAT, OPD_DIS_ID_A, OPD_DIS_ID_A_2, OPD_DIS_ID_A_3, OPD_REFERRAL_FROM, OPD_REFERRAL_TO, OPD_NOTE, OPD_PAT_ID, OPD_NEXT_VISIT_ID, OPD_CREATED_BY, OPD_CREATED_DATE, OPD_LAST_MODIFIED_BY, OPD_LAST_MODIFIED_DATE, OPD_ACTIVE, OPD_PRESCRIPTION) VALUES
  (20, 'OPD', '2022-01-12 11:00:00', 'N', '39', '16', NULL, 'R', NULL, 'Fever since Monday', 1, 1, 'rlapwony', '2022-01-12 11:20:00', NULL, NULL, 1, 'Paracetamol 500 mg 1x3'),
  (21, 'OPD', '2022-04-12 11:00:00', 'R', '49', NULL, '16', '', 'R', '', 4, NULL, NULL, NULL, NULL, NULL, 1, ''),
  (22, 'OPD', '2022-04-13 11:00:00', NULL, '49', NULL, NULL, '', '', '', 1, 1, 'rlapwony', '2022-04-13 11:00:00', NULL, NULL, 0, ''),
  (23, 'OPD', '2022-04-13 11:00:00', NULL, '49', NULL, NULL, '', '', '', 3, NULL, 'rlapwony', '2022-04-13 11:00:00', NULL, NULL, 1, '');
INSERT INTO oh_patientexamination (PEX_ID, PEX_DATE, PEX_PAT_ID, PEX_HEIGHT, PEX_WEIGHT, PEX_AP_MIN, PEX_AP_MAX, PEX_HR, PEX_TEMP, PEX_SAT, PEX_HGT, PEX_DIURESIS, PEX_DIURESIS_DESC, PEX_BOWEL_DESC, PEX_RR, PEX_AUSC, PEX_NOTE, PEX_CREATED_BY, PEX_CREATED_DATE) VALUES
  (30, '2022-01-12 11:05:00', 1, 164, 61.3, 80, 120, 72, 36.7, 97.5, 95, 1400, 'physiological', 'regular', 16, 'crackles', 'After lunch', 'rlapwony', '2022-01-12 11:10:00'),
  (31, '2022-01-13 11:05:00', 2, 0, 0, NULL, 140, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (32, '2022-01-14 11:05:00', 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'rlapwony', '2022-01-14 11:05:00');
INSERT INTO oh_examtype VALUES ('HB', '1.Haematology'), ('OT', 'OTHER'), ('PA', '3.Parasitology');
INSERT INTO oh_exam (EXA_ID_A, EXA_DESC, EXA_EXC_ID_A, EXA_PROC) VALUES
  ('01.01', '1.1 HB', 'HB', 1), ('01.02', '1.2 WBC Count', 'HB', 1), ('02.01', '2.1 Grouping', 'HB', 1), ('03.01', '3.1 Blood Slide (Malaria)', 'PA', 1),
  ('05.05', '5.5 ZN', 'PA', 1), ('07.04', 'UREA', 'OT', 1), ('09.01', 'Sodium', 'OT', 3), ('URI', 'URINALYSIS', 'OT', 2);
INSERT INTO oh_examrow VALUES
  ('01.01', '6 - 12'), ('01.01', '< 6'), ('01.01', '>=12 (NORMAL)'), ('01.02', '4000 - 7000 (NORMAL)'), ('01.02', '> 7000 (HIGH)'), ('03.01', 'FEW'), ('03.01', '+'),
  ('03.01', '++'), ('03.01', '+++'), ('03.01', '++++'), ('05.05', '+'), ('05.05', '+++'), ('07.04', '10-55 (NORMAL)'), ('URI', 'SUGAR'), ('URI', 'PROTEIN');
INSERT INTO oh_laboratory (LAB_ID, LAB_EXA_ID_A, LAB_DATE, LAB_RES, LAB_NOTE, LAB_PAT_ID, LAB_PAT_NAME, LAB_MATERIAL, LAB_CREATED_BY, LAB_CREATED_DATE, LAB_LAST_MODIFIED_BY, LAB_LAST_MODIFIED_DATE, LAB_ACTIVE, LAB_STATUS) VALUES
  (40, '01.01', '2022-01-12 12:00:00', '< 6', '', 1, 'Amina Okello', 'blood', 'lab1', '2022-01-12 12:00:00', 'lab1', '2022-01-12 15:00:00', 1, 'done'),
  (41, '01.01', '2022-01-12 12:00:00', '6 - 12', '', 1, 'Amina Okello', 'undefined', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (42, '01.01', '2022-01-12 12:00:00', '>=12 (NORMAL)', '', 1, '', NULL, NULL, NULL, NULL, NULL, 1, 'DONE'),
  (43, '01.02', '2022-01-12 12:00:00', '> 7000 (HIGH)', '5 months old', 1, '', 'blood', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (44, '01.02', '2022-01-12 12:00:00', '4000 - 7000 (NORMAL)', '', 1, '', 'blood', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (45, '03.01', '2022-01-12 12:00:00', '+++', '', 1, '', 'film', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (46, '05.05', '2022-01-12 12:00:00', '+', '', 1, '', 'sputum', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (47, '07.04', '2022-01-12 12:00:00', '++', '', 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (48, '03.01', '2022-01-12 12:00:00', 'NEGATIVE', '', 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, NULL),
  (49, '02.01', '2022-01-12 12:00:00', 'A RH-', '', 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (50, 'URI', '2022-01-12 12:00:00', 'Multiple results', '', 1, '', 'urine', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (51, 'URI', '2022-01-12 12:00:00', 'Multiple results', '', 1, '', 'urine', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (52, '07.04', '2022-01-12 12:00:00', 'Multiple Results', '', 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (53, '09.01', '2022-01-12 12:00:00', '138.50', '', NULL, 'A passer-by', 'blood', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (54, '03.01', '2022-01-12 12:00:00', NULL, NULL, 1, '', 'blood', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'open'),
  (55, '03.01', '2022-01-12 12:00:00', '', NULL, 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'draft'),
  (56, '03.01', '2022-01-12 12:00:00', 'FEW', NULL, 1, '', 'saliva', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'invalid'),
  (57, '03.01', '2022-01-12 12:00:00', 'FEW', NULL, 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'deleted'),
  (58, '99.99', '2022-01-12 12:00:00', 'seen', NULL, 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done'),
  (59, '03.01', '2022-01-12 12:00:00', NULL, NULL, 1, '', '', 'lab1', '2022-01-12 12:00:00', NULL, NULL, 1, 'done');
INSERT INTO oh_laboratoryrow VALUES (1, 50, 'SUGAR'), (2, 50, 'KETONES');
INSERT INTO oh_operationtype VALUES ('OB', 'OBSTETRICAL');
INSERT INTO oh_operation VALUES ('1', 'OB', 'Caesarean section');
INSERT INTO oh_bills (BLL_ID, BLL_DATE, BLL_IS_LST, BLL_ID_LST, BLL_LST_NAME, BLL_IS_PAT, BLL_ID_PAT, BLL_PAT_NAME, BLL_STATUS, BLL_AMOUNT, BLL_BALANCE, BLL_ADM_ID, BLL_CREATED_BY, BLL_CREATED_DATE, BLL_ACTIVE) VALUES
  (80, '2022-01-12 13:00:00', 1, 1, 'Basic', 1, 1, 'Amina Okello', 'O', 36.5, 16.5, 10, 'rlapwony', '2022-01-12 13:00:00', 1),
  (81, '2022-01-13 13:00:00', 0, NULL, 'Old list', 0, NULL, 'A passer-by', 'C', 10, 0, NULL, NULL, NULL, 1),
  (82, '2022-01-13 13:00:00', 1, 1, 'Basic', 1, 1, 'Amina Okello', 'D', 10, 0, NULL, NULL, NULL, 1);
INSERT INTO oh_pricelists VALUES (1, 'Basic', 'UGX');
INSERT INTO oh_billitems (BLI_ID, BLI_ID_BILL, BLI_ID_PRICE, BLI_ITEM_DESC, BLI_ITEM_AMOUNT, BLI_QTY, BLI_CREATED_DATE) VALUES
  (90, 80, 'EXA03.01', '3.1 Blood Slide (Malaria)', 12.25, 2, '2022-01-12 13:00:00'), (91, 80, '', 'Special service', 12, 1, NULL), (92, 81, 'OTH1', 'Card', 10, 1, NULL), (93, 82, 'OTH1', 'Card', 10, 1, NULL);
INSERT INTO oh_billpayments VALUES (80, 15), (80, 5);
INSERT INTO oh_operationrow (OPER_ID_A, OPER_OPE_ID_A, OPER_PRESCRIBER, OPER_RESULT, OPER_OPDATE, OPER_REMARKS, OPER_ADMISSION_ID, OPER_OPD_ID, OPER_BILL_ID, OPER_TRANS_UNIT, OPER_CREATED_BY, OPER_CREATED_DATE) VALUES
  (60, '1', 'rlapwony', 'success', '2022-01-11 03:00:00', 'Spinal', 10, NULL, NULL, 2, 'rlapwony', '2022-01-11 05:00:00'),
  (61, '7', 'Dr. Visitor', 'Undefined', NULL, '', NULL, NULL, 80, 0, NULL, NULL),
  (62, '1', 'rlapwony', 'failure', '2022-01-11 03:00:00', '', NULL, 403, NULL, 0, 'rlapwony', '2022-01-11 05:00:00'),
  (63, '1', 'rlapwony', 'failure', '2022-01-01 11:00:00', '', 12, NULL, NULL, 0, 'rlapwony', '2022-01-01 11:00:00'),
  (64, '1', 'rlapwony', 'failure', '2022-01-12 12:00:00', '', NULL, 20, NULL, 0, NULL, NULL),
  (65, '1', 'rlapwony', 'stopped', '2022-01-12 13:00:00', '', NULL, 22, NULL, 0, NULL, NULL);
INSERT INTO oh_medicaldsrtype VALUES ('D', 'Drugs'), ('S', 'Surgery');
INSERT INTO oh_medicaldsr VALUES (70, 'D', '70', 'Paracetamol 500mg Tab', 'N'), (71, 'S', 'G7', 'Gloves', 'N'), (72, 'D', '72', 'Chloroquine 250mg Tab', 'Y');
INSERT INTO oh_medicaldsrlot VALUES ('AUTO_M_70', 70, '2025-06-30 00:00:00'), ('-815', 72, NULL);
INSERT INTO oh_therapies (THR_ID, THR_PAT_ID, THR_STARTDATE, THR_ENDDATE, THR_MDSR_ID, THR_QTY, THR_FREQINDAY, THR_FREQINPRD, THR_NOTE, THR_CREATED_BY, THR_CREATED_DATE) VALUES
  (75, 1, '2022-01-12 00:00:00', '2022-01-19 00:00:00', 70, 1, 3, 1, 'After meals', 'rlapwony', '2022-01-12 11:30:00'),
  (76, 1, '2022-01-12 11:30:00', '2021-12-24 11:30:00', 72, 0.5, 2, 3, '', 'rlapwony', '2022-01-12 11:30:00'),
  (77, 2, '2022-01-12 00:00:00', '2999-01-01 00:00:00', 70, 2, 1, 2, '', NULL, NULL),
  (78, 1, '2022-01-12 00:00:00', '2022-01-19 00:00:00', 99, 0, 0, 0, '', 'rlapwony', '2022-01-12 11:30:00');
INSERT INTO oh_medicaldsrstockmovtype VALUES ('charge', 'Charge', '+', 'operational'), ('discharge', 'Discharge', '-', 'operational'), ('inventory+', 'Inventory+', '+', 'non-operational');
INSERT INTO oh_medicaldsrstockmov (MMV_ID, MMV_MDSR_ID, MMV_WRD_ID_A, MMV_MMVT_ID_A, MMV_LT_ID_A, MMV_DATE, MMV_QTY, MMV_FROM, MMV_REFNO) VALUES
  (1, 70, NULL, 'charge', 'AUTO_M_70', '2021-12-01 00:00:00', 1000, 1, 'R-1'), (2, 70, 'M', 'discharge', 'AUTO_M_70', '2021-12-02 09:00:00', 100, NULL, 'R-2'),
  (3, 72, NULL, 'charge', 'lost', '2021-12-02 09:00:00', 12.5, 2, ''), (4, 70, 'ST', 'inventory+', 'AUTO_M_70', '2021-12-02 09:00:00', 1, NULL, '');
INSERT INTO oh_medicaldsrstockmovward (MMVN_ID, MMVN_WRD_ID_A, MMVN_DATE, MMVN_IS_PATIENT, MMVN_PAT_ID, MMVN_MDSR_ID, MMVN_MDSR_QTY, MMVN_MDSR_UNITS, MMVN_CREATED_BY, MMVN_LT_ID, MMVN_CREATED_DATE) VALUES
  (1, 'M', '2022-01-12 14:00:00', 1, 1, '70', 10, 'pieces', 'rlapwony', 'AUTO_M_70', '2022-01-12 14:00:00'), (2, 'M', '2022-01-12 14:00:00', 1, 2, '72', 4.5, 'pieces', NULL, 'lost', NULL),
  (3, 'M', '2022-01-12 14:00:00', 0, NULL, '70', 1, 'pieces', 'rlapwony', NULL, NULL), (4, 'M', '2022-01-12 14:00:00', 1, 3, '70', 1, 'pieces', 'rlapwony', NULL, NULL);
INSERT INTO oh_vaccinetype VALUES ('C', 'Child'), ('P', 'Pregnant');
INSERT INTO oh_vaccine VALUES ('1', 'BCG', 'C'), ('10', 'TT VACCINE DOSE 2', 'P'), ('2', 'POLIO 0 C', 'C'), ('77', 'New vaccine', 'C');
INSERT INTO oh_patientvaccine (PAV_ID, PAV_DATE, PAV_PAT_ID, PAV_VAC_ID_A, PAV_CREATED_BY, PAV_CREATED_DATE) VALUES
  (1, '2022-01-12 00:00:00', 1, '10', 'rlapwony', '2022-01-12 11:40:00'), (2, '2022-01-13 11:00:00', 1, '2', 'rlapwony', '2022-01-13 11:00:00'),
  (3, NULL, 2, '77', NULL, NULL), (4, '2022-01-12 00:00:00', 3, '1', NULL, NULL), (5, '2022-01-12 00:00:00', 2, '404', NULL, NULL);
INSERT INTO oh_patienthistory (PAH_ID, PAH_PAT_ID, PAH_CREATED_BY, PAH_CREATED_DATE, PAH_FAM_CARDIO, PAH_FAM_OTHER, PAH_FAM_NOTE, PAH_PAT_CLO_INFECT, PAH_PAT_CLO_NOTE, PAH_PAT_OPN_HYPER, PAH_PAT_OPN_CARDIO, PAH_PAT_OPN_NOTE, PAH_PAT_SURGERY, PAH_PAT_ALLERGY, PAH_PAT_THERAPY, PAH_PAT_MEDICINE, PAH_PAT_NOTE, PAH_PHY_ALCOOL, PAH_PHY_SMOKE, PAH_PHY_DRUG, PAH_PHY_PREG, PAH_PHY_PREG_N, PAH_PHY_PREG_BIRTH, PAH_PHY_PREG_ABORT) VALUES
  (1, 1, 'rlapwony', '2021-05-01 09:00:00', 1, 0, 'grandmother', 1, 'TB in 2015', 1, 0, '', 'Appendix 2010', 'eggs', 'salbutamol', 'herbs', 'Walks far', 1, 1, 0, 1, 2, 1, 0),
  (2, 2, NULL, NULL, 0, 0, '', 0, '', 0, 0, '', '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0),
  (3, 3, 'rlapwony', '2021-05-03 09:00:00', 1, 0, '', 0, '', 0, 0, '', '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0);
INSERT INTO oh_dicomtype VALUES ('RX', 'X-ray');
INSERT INTO oh_dicom (DM_PAT_ID, DM_FILE_ACCESSION_NUMBER, DM_FILE_ST_UID, DM_FILE_ST_DATE, DM_FILE_ST_DESCR, DM_FILE_SER_INST_UID, DM_FILE_MODALIITY, DM_DCMT_ID) VALUES
  (1, 'A-1', '1.2.840.1.7', '2022-01-12 15:00:00', 'Chest', '1.2.840.1.7.1', 'CR', 'RX'), (1, 'A-1', '1.2.840.1.7', '2022-01-12 15:00:00', 'Chest', '1.2.840.1.7.1', 'CR', 'RX'),
  (1, 'A-1', '1.2.840.1.7', '2022-01-12 15:01:00', NULL, '1.2.840.1.7.2', NULL, 'RX');
