-- One clinic with one patient on whom every quirk is practised, for OpenEMR 5.0.1's own schema. Written for these
-- tests: nobody here is real.
INSERT INTO users (id, username, authorized, fname, lname, facility_id, active, npi, specialty, calendar, abook_type, organization, phonew1, physician_type, title, suffix) VALUES
  (101, 'hduval', 1, 'Hélène', 'Duval', 3, 1, '1234567893', 'Family Medicine', 1, '', NULL, '619-555-0100', 'general_physician', 'Dr.', 'MD'),
  (102, 'clerk', 0, 'Pat', 'Desk', 3, 1, '', NULL, 0, '', NULL, NULL, NULL, NULL, NULL),
  (103, 'phimail-service', 0, '', 'phiMail Gateway', 0, 0, NULL, NULL, 0, '', NULL, NULL, NULL, NULL, NULL),
  (104, '', 0, '', '', 0, 1, '', NULL, 0, 'ord_img', 'Bay Imaging', '619-555-0104', NULL, NULL, NULL),
  (105, '', 0, 'Olu', 'Ade', 0, 1, '', 'Cardiology', 0, 'spe', 'Heart Group', NULL, NULL, NULL, NULL),
  (106, '', 0, 'Kim', 'Contact', 0, 1, '', NULL, 0, 'vendor', 'Supply Co', NULL, NULL, NULL, NULL);
INSERT INTO facility (id, name, phone, street, city, state, postal_code, facility_npi, service_location, billing_location, pos_code) VALUES
  (11, 'Harbor Clinic', '619-555-0001', '1 Dock St', 'San Diego', 'CA', '92101', '1234567893', 1, 1, 11),
  (12, 'Harbor Billing', NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
INSERT INTO insurance_companies (id, name, attn, cms_id, inactive) VALUES (501, 'Blue Harbor', 'Claims', '60054', 0);
INSERT INTO pharmacies (id, name, ncpdp) VALUES (502, 'Corner Pharmacy', 5600001);
INSERT INTO addresses (id, line1, line2, city, state, zip, plus_four, country, foreign_id) VALUES
  (503, 'PO Box 1', '', 'Reno', 'NV', '89501', '1234', 'USA', 501), (504, '2 Corner', '', 'San Diego', 'CA', '92101', '', 'USA', 502);
INSERT INTO phone_numbers (id, country_code, area_code, prefix, number, type, foreign_id) VALUES
  (505, '+1', '800', '555', '0101', 2, 501), (506, '+1', '800', '555', '0102', 5, 501), (507, '+1', '619', '555', '0103', 2, 502);
INSERT INTO procedure_providers (ppid, name, npi, lab_director) VALUES (7, 'Harbor Lab', '1234567893', 105);
INSERT INTO patient_data (pid, pubpid, title, fname, mname, lname, DOB, sex, ss, street, city, state, postal_code, phone_home, phone_cell, email, status, race, ethnicity, language, religion, providerID, contact_relationship, phone_contact, deceased_date, date) VALUES
  (900, 'H-0900', 'Ms.', 'Zoë', 'Q', 'O''Brien-Müller', '1980-02-29', 'Female', '900-12-3456', '9 Pier Rd', 'San Diego', 'CA', '92101', '(619) 555-0190', '619-555-0191', 'zoe@example.org', 'domestic partner', 'african_american', 'declne_to_specfy', 'albanian', 'agnosticism', 101, 'Max Müller', '619-555-0192', '0000-00-00 00:00:00', '2018-01-02 09:00:00'),
  (901, '', '', 'Dangling', '', 'Provider', NULL, '', '', '', '', '', '', '', '', '', '', 'declne_to_specfy', '', '', '', 999, '', '', '2019-05-06 00:00:00', NULL);
INSERT INTO history_data (id, pid, date, tobacco, alcohol, recreational_drugs) VALUES
  (1, 900, '2017-01-01 10:00:00', '|currenttobacco||1', NULL, NULL),
  (2, 900, '2018-03-04 10:00:00', 'half a pack|quittobacco|2015-01-01|3', 'wine|currentalcohol|', '||'),
  (3, 901, '2018-03-04 10:00:00', '|nevertobacco|', 'only text', NULL);
INSERT INTO form_encounter (id, date, reason, facility, facility_id, pid, encounter, pc_catid, provider_id, supervisor_id, sensitivity, pos_code) VALUES
  (61, '2018-01-02 00:00:00', 'Cough', 'Harbor Clinic', 11, 900, 5001, 5, 101, 0, 'high', NULL),
  (62, '2018-02-03 14:30:00', 'Follow-up', 'Old name', 99, 900, 5002, 9, 0, 0, 'normal', 21),
  (63, '2018-02-04 00:00:00', 'Deleted', '', 11, 900, 5003, 5, 101, 0, 'normal', NULL);
INSERT INTO forms (id, date, encounter, form_name, form_id, pid, user, groupname, deleted, formdir) VALUES
  (1, '2018-01-02 09:15:00', 5001, 'New Patient Encounter', 61, 900, 'hduval', 'Default', 0, 'newpatient'),
  (2, '2018-02-03 14:31:00', 5002, 'New Patient Encounter', 62, 900, 'clerk', 'Default', 0, 'newpatient'),
  (3, '2018-02-04 08:00:00', 5003, 'New Patient Encounter', 63, 900, 'clerk', 'Default', 1, 'newpatient'),
  (4, '2018-01-02 09:20:00', 5001, 'Vitals', 71, 900, 'hduval', 'Default', 0, 'vitals'),
  (5, '2018-02-03 14:40:00', 5002, 'Vitals', 72, 900, 'hduval', 'Default', 1, 'vitals'),
  (6, '2018-02-03 14:41:00', 5002, 'Vitals', 73, 900, 'gone', 'Default', 0, 'vitals'),
  (7, '2018-01-02 09:30:00', 5001, 'SOAP', 81, 900, 'hduval', 'Default', 0, 'soap'),
  (8, '2018-01-02 09:35:00', 5001, 'Speech Dictation', 82, 900, 'hduval', 'Default', 0, 'dictation'),
  (9, '2018-01-02 09:36:00', 5001, 'Clinical Instructions', 83, 900, 'hduval', 'Default', 0, 'clinical_instructions');
INSERT INTO form_vitals (id, date, pid, user, groupname, activity, bps, bpd, weight, height, temperature, temp_method, pulse, respiration, BMI, BMI_status, oxygen_saturation, note) VALUES
  (71, '2018-01-02 09:20:00', 900, 'hduval', 'Default', 1, '130', '85', 150.25, 64.00, 98.60, 'Oral', 72, 16, 25.8, 'Overweight', 98, ''),
  (72, '2018-02-03 14:40:00', 900, 'hduval', 'Default', 1, '120', '80', 150, 64, 0, '', 0, 0, 0, '', 0, 'typed on the wrong chart'),
  (73, '2018-02-03 00:00:00', 900, 'gone', 'Default', 1, '118', '', 0.00, 0.00, 0.00, '', 0.00, 0.00, 0.0, '', 0.00, NULL);
INSERT INTO form_soap (id, date, pid, user, groupname, activity, subjective, objective, assessment, plan) VALUES
  (81, '2018-01-02 09:30:00', 900, 'hduval', 'Default', 1, 'Cough for a week', 'Clear', 'Cold', 'Tea');
INSERT INTO form_dictation (id, date, pid, user, groupname, activity, dictation) VALUES (82, '2018-01-02 09:35:00', 900, 'hduval', 'Default', 1, 'Dear colleague');
INSERT INTO form_clinical_instructions (id, pid, encounter, user, instruction, date, activity) VALUES (83, 900, '5001', 'hduval', 'Rest', '2018-01-02 09:36:00', 1);
INSERT INTO lists (id, date, type, title, begdate, enddate, occurrence, outcome, diagnosis, activity, comments, pid, user, groupname, reaction, severity_al) VALUES
  (201, '2018-01-02 09:40:00', 'medical_problem', 'Diabetes with hypertension', '2010-05-00', NULL, 4, 0, 'ICD10:E11.9;ICD10:I10', 1, 'poorly controlled', 900, 'hduval', 'Default', '', NULL),
  (202, '2018-01-02 09:41:00', 'medical_problem', 'Otitis', '2012-01-01', '2012-02-01', 1, 1, '', 1, '', 900, 'nobody', 'Default', '', NULL),
  (203, '2018-01-02 09:42:00', 'allergy', 'Penicillin', NULL, '0000-00-00', 0, 0, 'RXCUI:7980', 1, '', 900, 'hduval', 'Default', 'hives', 'life_threatening_severity'),
  (204, '2018-01-02 09:43:00', 'allergy', 'Dust', NULL, NULL, 0, 0, '', 0, '', 900, 'hduval', 'Default', 'unassigned', 'mild'),
  (205, '2018-01-02 09:44:00', 'medication', 'Metformin', '2011-01-01', NULL, 0, 0, 'ICD10:E11.9', 1, '', 900, 'hduval', 'Default', '', NULL),
  (206, '2018-01-02 09:45:00', 'surgery', 'Blepharoplasty', '2009-07-08', NULL, 0, 1, 'CPT4:15823-50', 1, '', 900, 'hduval', 'Default', '', NULL),
  (207, '2018-01-02 09:46:00', 'dental', 'Caries', '2009-07-08', NULL, 0, 0, 'ZZ:1', 0, '', 900, 'hduval', 'Default', '', NULL),
  (208, '2018-01-02 09:47:00', 'contraceptive', 'not clinical here', NULL, NULL, 0, 0, '', 1, '', 900, 'hduval', 'Default', '', NULL);
INSERT INTO issue_encounter (pid, list_id, encounter, resolved) VALUES (900, 201, 5001, 0);
INSERT INTO billing (id, date, code_type, code, modifier, code_text, pid, provider_id, user, groupname, encounter, activity, units) VALUES
  (301, '2018-01-02 10:00:00', 'ICD10', 'J00', '', 'Acute nasopharyngitis', 900, 101, 102, 'Default', 5001, 1, 1),
  (302, '2018-01-02 10:00:00', 'CPT4', '99213', '', 'Office visit', 900, 101, 102, 'Default', 5001, 1, 1),
  (303, '2018-01-02 10:00:00', 'CPT4', '93000', '25', 'Electrocardiogram', 900, 101, 102, 'Default', 5001, 1, 1),
  (304, '2018-01-02 10:00:00', 'ICD10', 'J01.90', '', 'Sinusitis', 900, 101, 102, 'Default', 5001, 0, 1),
  (305, '2018-01-02 10:00:00', 'COPAY', '', '', '', 900, 101, 102, 'Default', 5001, 1, 1),
  (306, '2018-01-02 10:00:00', 'HCPCS', 'J3420', '', 'Vitamin B12 injection', 900, 0, 0, 'Default', 5002, 1, 1);
INSERT INTO drugs (drug_id, name, ndc_number, last_notify) VALUES (1, 'Amoxicillin 500', '00093-3109-01', '0000-00-00');
INSERT INTO prescriptions (id, patient_id, pharmacy_id, date_added, date_modified, provider_id, encounter, start_date, end_date, drug, drug_id, rxnorm_drugcode, form, dosage, quantity, size, unit, route, `interval`, substitute, refills, note, active, datetime, user, indication, prn, txDate) VALUES
  (401, 900, 502, '2018-01-02', '2018-01-02', 101, 5001, '2018-01-02', '2018-01-12', 'Amoxicillin', 1, 308191, 3, '1', '30', '500', 1, 1, 2, 1, 0, 'with food', 1, '2018-01-02 09:50:00', 'hduval', 'sinusitis', '', '0000-00-00'),
  (402, 900, 0, '2018-02-03', '2018-02-03', 999, 0, '2018-02-03', NULL, 'Ibuprofen', 0, NULL, 2, '1-2', '60 tablets', '', 0, 1, 17, 2, NULL, '', 0, NULL, NULL, NULL, 'pain', '0000-00-00'),
  (403, 900, 0, '2018-02-03', NULL, 101, 5003, '2018-02-03', NULL, 'Something', 0, 0, 0, 'one tab', '', '', 0, 0, 0, 0, 3, '', 1, NULL, NULL, NULL, NULL, '0000-00-00');
INSERT INTO immunizations (id, patient_id, administered_date, immunization_id, cvx_code, manufacturer, lot_number, administered_by_id, administered_by, education_date, vis_date, create_date, update_date, created_by, amount_administered, amount_administered_unit, expiration_date, route, administration_site, added_erroneously, completion_status, information_source, refusal_reason, ordering_provider) VALUES
  (451, 900, '2017-10-01 11:00:00', NULL, '8', 'MSD', 'L123', 101, NULL, '2017-10-01', '2016-07-20', '2017-10-01 11:05:00', '2017-10-01 11:05:00', 101, 0.5, '9', '2018-12-31', 'intramuscular', 'left_deltoid', 0, 'Completed', 'new_immunization_record', NULL, 101),
  (452, 900, '1999-01-01 00:00:00', 23, NULL, 'Old Maker', NULL, NULL, 'School nurse', NULL, NULL, '2017-10-01 11:05:00', '2017-10-01 11:05:00', 0, NULL, NULL, NULL, 'somehow', 'arm', 0, '', 'parent_recall', NULL, 0),
  (453, 900, '2018-01-02 00:00:00', NULL, '141', '', '', 0, '', '0000-00-00', '0000-00-00', '2018-01-02 09:00:00', '2018-01-02 09:00:00', 102, NULL, '', '0000-00-00', '', '', 0, 'Refused', 'new_immunization_record', 'patient_decision', 0),
  (454, 900, '2018-01-02 00:00:00', NULL, '141', '', '', 0, '', NULL, NULL, '2018-01-02 09:00:00', '2018-01-02 09:00:00', 102, NULL, '', NULL, '', '', 1, 'Partially_Administered', '', '', 0);
INSERT INTO documents (id, type, size, date, url, mimetype, owner, foreign_id, docdate, hash, encounter_id, audit_master_approval_status) VALUES
  (601, 'file_url', 12345, '2018-01-03 08:00:00', 'file:///var/www/openemr/sites/default/documents/900/scan.pdf', 'application/pdf', 101, 900, '2018-01-02', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 5001, 1),
  (602, 'web_url', NULL, '2018-01-03 08:00:00', 'https://example.org/living-will', 'text/html', 102, 900, NULL, NULL, 0, 1),
  (603, 'file_url', 10, '2018-01-03 08:00:00', 'file:///x/denied.pdf', 'application/pdf', 102, 900, NULL, NULL, 0, 3),
  (604, 'file_url', 10, '2018-01-03 08:00:00', 'file:///x/nobody.pdf', 'application/pdf', 102, 0, NULL, NULL, 0, 1);
INSERT INTO categories_to_documents (category_id, document_id) VALUES (2, 601), (9, 602), (5, 603);
INSERT INTO pnotes (id, date, body, pid, user, groupname, activity, title, deleted, message_status, is_msg_encrypted) VALUES
  (651, '2018-01-04 12:00:00', '2018-01-04 12:00 (hduval to clerk) Please call', 900, 'hduval', 'Default', 1, 'Chart Note', 0, 'New', 0),
  (652, '2018-01-04 12:00:00', 'gone', 900, 'hduval', 'Default', 1, 'Other', 1, 'Done', 0),
  (653, '2018-01-04 12:00:00', 'c2VjcmV0', 900, 'hduval', 'Default', 1, 'Other', 0, 'New', 1);
INSERT INTO procedure_order (procedure_order_id, provider_id, patient_id, encounter_id, date_collected, date_ordered, order_priority, order_status, activity, control_id, lab_id, specimen_type, clinical_hx) VALUES
  (701, 101, 900, 5001, '2018-01-02 10:30:00', '2018-01-02', 'high', 'complete', 1, 'C701', 7, 'blood', 'tired'),
  (702, 0, 900, 0, NULL, '2018-02-03', '', 'pending', 1, '', 0, '', ''),
  (703, 101, 900, 5001, NULL, '2018-02-03', 'normal', 'canceled', 0, '', 7, '', '');
INSERT INTO procedure_order_code (procedure_order_id, procedure_order_seq, procedure_code, procedure_name, diagnoses) VALUES
  (701, 1, '24323-8', 'Comprehensive metabolic panel', 'ICD10:E11.9;ICD10:I10'), (701, 2, 'HH1', 'House panel', ''), (703, 1, 'X', 'Cancelled test', '');
INSERT INTO procedure_report (procedure_report_id, procedure_order_id, procedure_order_seq, date_collected, date_collected_tz, date_report, date_report_tz, source, specimen_num, report_status, review_status, report_notes) VALUES
  (751, 701, 1, '2018-01-02 10:30:00', '-0800', '2018-01-03 07:00:00', '-0800', 101, 'S1', 'final', 'reviewed', 'All done'),
  (752, 701, 2, NULL, '', NULL, '', 0, '', '', 'received', NULL);
INSERT INTO procedure_result (procedure_result_id, procedure_report_id, result_data_type, result_code, result_text, date, units, result, `range`, abnormal, comments, document_id, result_status) VALUES
  (801, 751, 'N', '2345-7', 'Glucose', NULL, 'MG/DL', '98', '70-110', 'no', '', 0, 'final'),
  (802, 751, 'N', '2823-3', 'Potassium', NULL, 'mmol/L', '5.70', '3.5 - 5.1', 'high', '', 0, 'correct'),
  (803, 751, 'S', '33914-3', 'eGFR', NULL, 'mL/min/1.73', '>=60', '>60', '', '', 0, 'final'),
  (804, 751, 'S', '20409-9', 'Protein', NULL, '', 'Negative', 'Negative', 'no', '', 0, 'final'),
  (805, 752, 'L', 'LOCAL9', 'Comment', '2018-01-02 00:00:00', '', '', '', '', 'first line\nsecond line', 0, ''),
  (806, 752, 'S', '', 'Titer', NULL, 'furlongs', '1:80', '<1:40', 'H', NULL, 601, 'prelim'),
  (807, 752, 'S', '2160-0', 'Creatinine', NULL, 'mg/dL', '<0.5', 'up to 1.2', 'odd', NULL, 0, 'cannot be done'),
  (808, 752, 'N', '2160-0', 'Creatinine', NULL, 'mg/dL', '', '(0.5 to 1.2)', '', NULL, 0, 'incomplete');
INSERT INTO openemr_postcalendar_events (pc_eid, pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_eventDate, pc_endDate, pc_duration, pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_alldayevent, pc_apptstatus, pc_facility, pc_room) VALUES
  (1001, 5, 0, '101', '900', 'Office Visit', '2018-01-01 12:00:00', 'bring papers', '2018-01-02', '0000-00-00', 900, 0, 'a:5:{s:17:"event_repeat_freq";s:1:"0";s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"0";}', '09:00:00', '09:15:00', 0, '>', 11, '2'),
  (1002, 9, 0, '101', '900', 'Established Patient', '2018-01-01 12:00:00', '', '2018-03-05', '2018-04-02', 1800, 1, 'a:6:{s:17:"event_repeat_freq";s:1:"2";s:22:"event_repeat_freq_type";s:1:"1";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"0";s:6:"exdate";s:8:"20180319";}', '10:00:00', '10:30:00', 0, '-', 11, ''),
  (1003, 5, 0, '999', '900', 'Office Visit', NULL, NULL, '2018-05-01', '0000-00-00', 900, 0, NULL, '11:00:00', '11:15:00', 0, 'x', 0, ''),
  (1004, 5, 0, '101', '900', 'Office Visit', NULL, NULL, '2018-05-02', '0000-00-00', 900, 0, NULL, '11:00:00', '11:15:00', 0, '!', 11, ''),
  (1005, 5, 0, '101', '900', 'Office Visit', NULL, NULL, '2018-05-03', '0000-00-00', 900, 0, NULL, '11:00:00', '11:15:00', 0, 'SMS', 11, ''),
  (1006, 5, 0, '101', '900', 'Office Visit', NULL, NULL, '2018-05-04', '0000-00-00', 900, 0, NULL, '11:00:00', '11:15:00', 0, 'Q', 11, ''),
  (1011, 2, 0, '101', '', 'In Office', NULL, NULL, '2018-03-05', '2018-03-09', 0, 1, 'a:5:{s:17:"event_repeat_freq";s:1:"1";s:22:"event_repeat_freq_type";s:1:"4";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"0";}', '08:00:00', '08:00:00', 0, '-', 11, ''),
  (1012, 3, 0, '101', '', 'Out Of Office', NULL, NULL, '2018-03-05', '2018-03-09', 0, 1, 'a:5:{s:17:"event_repeat_freq";s:1:"1";s:22:"event_repeat_freq_type";s:1:"4";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"0";}', '17:00:00', '17:00:00', 0, '-', 11, ''),
  (1013, 4, 0, '101', '', 'Vacation', NULL, NULL, '2018-07-04', '0000-00-00', 0, 0, NULL, NULL, NULL, 1, '-', 11, ''),
  (1014, 8, 0, '101', NULL, 'Lunch', NULL, NULL, '2018-03-05', '0000-00-00', 3600, 0, NULL, '12:00:00', '13:00:00', 0, '-', 11, '');
INSERT INTO patient_tracker (id, date, apptdate, appttime, eid, pid, encounter) VALUES (1, '2018-01-02 09:00:00', '2018-01-02', '09:00:00', 1001, 900, 5001);
INSERT INTO insurance_data (id, type, provider, plan_name, policy_number, group_number, subscriber_lname, subscriber_fname, subscriber_relationship, date, pid) VALUES
  (901, 'primary', '501', 'Gold', 'P1', 'G1', 'O''Brien-Müller', 'Zoë', 'self', '2015-01-01', 900),
  (902, 'primary', '501', 'Silver', 'P2', '', 'Müller', 'Max', 'spouse', '2017-06-01', 900),
  (903, 'secondary', '', '', '', '', '', '', '', '0000-00-00', 900),
  (904, 'tertiary', '777', '', 'P3', '', '', '', '', '0000-00-00', 900);
