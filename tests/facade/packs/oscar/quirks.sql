-- One patient of a clinic in which everything is odd that only the streams' SQL can see.
SET NAMES utf8mb4;
INSERT INTO provider (provider_no, last_name, first_name, status) VALUES ('100001', 'Lévesque', 'Aurélie', '1'), ('100002', 'MacDonald', 'Ewan', '1'), ('100009', '', 'system', '1');
INSERT INTO clinic (clinic_no, clinic_name, status) VALUES (1, 'Clinique', 'A');
INSERT INTO professionalSpecialists (specId, fName, lName, referralNo) VALUES (7, 'Zoë', 'Küng', '045120'), (8, 'No', 'Number', '');
INSERT INTO demographic (demographic_no, last_name, first_name, sex, year_of_birth, month_of_birth, date_of_birth, family_doctor, provider_no, phone) VALUES
  (900, 'O''Neill', 'Chloé', 'F', '1962', '2', '31', '<rdohip>045120</rdohip><rd>Küng</rd>', '100001', '705-555-0001'),
  (901, 'Old', 'Chart', 'F', '1962', '2', '28', '<rdohip></rdohip><rd></rd>', '100009', '');
INSERT INTO demographicExt (id, demographic_no, key_val, value) VALUES (1, 900, 'demo_cell', 'first'), (2, 900, 'demo_cell', '705-555-9999'), (3, 900, 'hPhoneExt', '12');
INSERT INTO demographic_merged (id, demographic_no, merged_to, deleted) VALUES (1, 901, 900, 0), (2, 900, 901, 1);
INSERT INTO site (site_id, name, short_name, status) VALUES (1, 'Lakeshore', 'LS', 1);
INSERT INTO appointment_status (id, status, description) VALUES (1, 'c', 'Waiting room B'), (2, 'C', 'Cancelled'), (3, 't', 'To Do');
INSERT INTO appointment (appointment_no, provider_no, appointment_date, start_time, end_time, name, demographic_no, status, location) VALUES
  (1, '100001', CURRENT_DATE, '09:00:00', '09:14:00', 'x', 900, 'c', 'Lakeshore'),
  (2, '100001', CURRENT_DATE, '09:30:00', '09:44:00', 'x', 900, 'C', 'attic'),
  (3, '100009', CURRENT_DATE, '10:00:00', '10:59:00', 'x', 900, 't', ''),
  (4, '100001', CURRENT_DATE, '11:00:00', '11:29:00', 'Do_Not_Book', 0, 't', ''),
  (5, '100001', '2020-01-06', '09:00:00', '09:14:00', 'x', 900, 't', ''),
  (6, '100001', '2020-01-06', '10:00:00', '10:14:00', 'x', 900, 'N', ''),
  (7, '100001', '2020-01-06', '11:00:00', '11:14:00', 'x', 900, 't', ''),
  (8, '100001', '2020-01-06', '12:00:00', '12:14:00', 'x', 900, 'b', ''),
  (9, '100001', '2020-01-06', '13:00:00', '13:14:00', 'x', 900, 'B', '');
INSERT INTO scheduletemplatecode (id, code, description, bookinglimit) VALUES (1, '1', 'Quarter', 1), (2, 's', 'Same day', 1), (3, 'S', 'Same day, two', 2);
-- from nine on: four quarters 1, then s and S, then 1 twice; the public template of that name would begin at midnight
INSERT INTO scheduletemplate (provider_no, name, timecode) VALUES
  ('Public', 'P:Day', RPAD('1', 96, '_')),
  ('100001', 'P:Day', CONCAT(REPEAT('_', 36), '1111sS11', REPEAT('_', 52)));
INSERT INTO scheduledate (id, sdate, provider_no, available, hour, status) VALUES
  (1, CURRENT_DATE, '100001', '1', 'old', 'A'), (2, CURRENT_DATE, '100001', '1', 'P:Day', 'A'), (3, CURRENT_DATE, '100001', '1', 'P:Day', 'D'),
  (4, CURRENT_DATE, '100002', '1', 'P:Day', 'A'), (5, CURRENT_DATE - INTERVAL 40 DAY, '100002', '1', 'P:Day', 'A'),
  (6, CURRENT_DATE + INTERVAL 1 DAY, '100002', '0', 'P:Day', 'A');
INSERT INTO billing_on_cheader1 (id, demographic_no, provider_no, appointment_no, billing_date, status) VALUES (1, 900, '100001', 5, '2020-01-06', 'S'), (2, 900, '100001', 7, '2020-01-06', 'D');
INSERT INTO billing_on_item (id, ch1_id, service_code, service_date, dx, status) VALUES (1, 1, 'G010A', '2020-01-06', '250', 'S'), (2, 1, 'G010A', '2020-01-06', '401', 'D'), (3, 2, 'G010A', '2020-01-06', '460', 'S');
INSERT INTO billingservice (billingservice_no, service_code, description, billingservice_date) VALUES (1, 'G010A', 'Urinalysis', '2001-01-01'), (2, 'G010A', 'Urinalysis, routine', '2010-01-01');
INSERT INTO issue (issue_id, code, description, type) VALUES (66, 'SocHistory', 'Social history', 'system'), (90, 'TicklerNote', 'x', 'system');
INSERT INTO casemgmt_issue (id, demographic_no, issue_id) VALUES (1, '900', 66), (2, '900', 66), (3, '900', 90);
INSERT INTO casemgmt_note (note_id, update_date, observation_date, demographic_no, provider_no, note, signed, locked, archived, uuid, appointmentNo) VALUES
  (1, '2020-01-06 13:00:00', '2020-01-06 13:00:00', 900, '100001', 'first', 0, '0', 0, 'u-1', 0),
  (2, '2020-01-06 13:05:00', '2020-01-06 13:00:00', 900, '100001', 'second', 1, '0', 0, 'u-1', 0),
  (3, '2020-01-06 13:05:00', '2020-01-06 13:00:00', 900, '100001', 'secret', 1, '1', 0, 'u-2', 0),
  (4, '2020-01-06 13:05:00', '2020-01-06 13:00:00', 900, '100001', 'without a uuid', 1, '0', 0, NULL, 6),
  (5, '2020-01-06 13:05:00', '2020-01-06 13:00:00', 900, '100001', 'lives alone', 1, '0', 0, 'u-3', 0),
  (6, '2020-01-06 13:05:00', '2020-01-06 13:00:00', 900, '100001', 'of a tickler', 1, '0', 0, 'u-4', 0);
INSERT INTO casemgmt_issue_notes (id, note_id) VALUES (1, 5), (2, 5), (3, 6);
INSERT INTO drugs (drugid, demographic_no, provider_no, rx_date, end_date, BN, takemin, takemax, archived) VALUES (1, 900, '100001', '2020-01-06', '0001-01-01', 'A', 0.5, 1.25, 0), (2, 900, '100001', '2020-01-06', '2020-02-06', 'B', 10, 10, 0);
INSERT INTO measurements (id, type, demographicNo, providerNo, dataField, measuringInstruction, dateObserved) VALUES
  (1, '', 900, '0', '5', '', '2020-01-06 10:00:00'), (2, '', 900, '0', '6', '', '2020-01-06 10:00:00'), (3, 'HT', 900, '100001', '180', 'in cm', '2020-01-06 00:00:00');
INSERT INTO measurementsExt (id, measurement_id, keyval, val) VALUES (1, 1, 'lab_no', '9'), (2, 1, 'identifier', 'GLU'), (3, 1, 'labname', 'LifeLabs'), (4, 2, 'lab_no', '9'), (5, 2, 'identifier', 'K'), (6, 2, 'labname', 'LIFELABS');
INSERT INTO measurementMap (id, loinc_code, ident_code) VALUES (1, '14749-6', 'GLU'), (2, '14771-0', 'GLU'), (3, '2823-3', 'K'), (4, '2823-3', 'K'), (5, 'X1', 'K');
INSERT INTO hl7TextInfo (id, lab_no, report_status) VALUES (1, 9, 'P'), (2, 9, 'F');
INSERT INTO patientLabRouting (id, demographic_no, lab_no, lab_type, created) VALUES (1, 900, 9, 'HL7', '2020-01-07 00:00:00'), (2, 900, 9, 'HL7', '2020-01-08 00:00:00'), (3, 0, 9, 'HL7', NULL), (4, 900, 9, 'MDS', NULL);
INSERT INTO document (document_no, doctype, docdesc, docfilename, status, updatedatetime) VALUES (1, 'lab', 'For two', 'f.pdf', 'A', '2020-01-06 10:00:00');
INSERT INTO ctl_document (module, module_id, document_no, status) VALUES ('demographic', 900, 1, 'A'), ('demographic', 901, 1, 'D'), ('provider', 900, 1, 'A');
-- laboratories of which one has an accent; zero dates; no status; a provider's number in other letters
INSERT INTO measurements (id, type, demographicNo, providerNo, dataField, measuringInstruction, dateObserved, dateEntered) VALUES
  (11, '', 900, '0', '5', '', '0000-00-00 00:00:00', '0000-00-00 00:00:00'), (12, '', 900, '0', '5', '', NULL, NULL);
INSERT INTO measurementsExt (id, measurement_id, keyval, val) VALUES (21, 11, 'lab_no', '10'), (22, 11, 'labname', 'Dynacare Médical'), (23, 12, 'lab_no', '10'), (24, 12, 'labname', 'Dynacare Medical');
INSERT INTO provider (provider_no, last_name, first_name, status) VALUES ('abc', 'Case', 'Lower', '1');
INSERT INTO scheduledate (id, sdate, provider_no, available, hour, status) VALUES (11, CURRENT_DATE, 'ABC', '1', 'P:Day', 'A');
INSERT INTO appointment (appointment_no, provider_no, appointment_date, start_time, end_time, name, demographic_no, status) VALUES (11, 'ABC', CURRENT_DATE, '00:00:00', '00:14:00', 'x', 900, NULL);
INSERT INTO casemgmt_note (note_id, update_date, observation_date, demographic_no, provider_no, note, uuid) VALUES (11, '0000-00-00 00:00:00', '0000-00-00 00:00:00', 900, '100001', 'undated', 'u-11');
INSERT INTO preventions (id, demographic_no, provider_no, prevention_type, prevention_date, creation_date, lastUpdateDate) VALUES (11, 900, '100001', 'Flu', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00');
INSERT INTO consultationRequests (requestId, demographicNo, providerNo, referalDate, appointmentDate, appointmentTime, lastUpdateDate, status) VALUES (11, 900, '100001', '0000-00-00', '0000-00-00', '00:00:00', '0000-00-00 00:00:00', '1');
INSERT INTO allergies (allergyid, demographic_no, DESCRIPTION, entry_date, start_date, lastUpdateDate) VALUES (11, 900, 'NKDA', '0000-00-00', '0000-00-00', '0000-00-00 00:00:00');
