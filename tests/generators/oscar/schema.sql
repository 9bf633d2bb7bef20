-- The tables and columns of OSCAR 15 that the pack reads and the generator writes, in our own words: for tests where
-- the real schema is not at hand. test_schema.py holds it against the real one. Everything may be null here.

CREATE TABLE `admission` (
  `am_id` bigint, `client_id` bigint, `program_id` bigint, `provider_no` varchar(6), `admission_date` datetime,
  `admission_from_transfer` tinyint, `admission_notes` text, `discharge_date` datetime,
  `discharge_from_transfer` tinyint, `discharge_notes` text, `admission_status` varchar(24),
  `lastUpdateDate` datetime, PRIMARY KEY (`am_id`), KEY (`client_id`), KEY (`program_id`)
);
CREATE TABLE `allergies` (
  `allergyid` int, `demographic_no` int, `entry_date` date, `DESCRIPTION` varchar(50), `TYPECODE` tinyint,
  `reaction` text, `drugref_id` varchar(100), `archived` char(1), `start_date` date, `age_of_onset` char(4),
  `severity_of_reaction` char(1), `onset_of_reaction` char(1), `regional_identifier` varchar(100),
  `life_stage` char(1), `position` int, `lastUpdateDate` datetime, `providerNo` varchar(6),
  PRIMARY KEY (`allergyid`)
);
CREATE TABLE `appointment` (
  `appointment_no` int, `provider_no` varchar(6), `appointment_date` date, `start_time` time, `end_time` time,
  `name` varchar(50), `demographic_no` int, `notes` varchar(255), `reasonCode` int, `reason` varchar(80),
  `location` varchar(30), `resources` varchar(255), `type` varchar(50), `status` char(2),
  `createdatetime` datetime, `updatedatetime` datetime, `creator` varchar(50), `remarks` varchar(50),
  `urgency` varchar(30), PRIMARY KEY (`appointment_no`), KEY (`appointment_date`), KEY (`demographic_no`),
  KEY (`location`)
);
CREATE TABLE `appointment_status` (
  `id` int, `status` char(2), `description` char(30), `active` int, PRIMARY KEY (`id`)
);
CREATE TABLE `billing_on_cheader1` (
  `id` int, `header_id` int, `facilty_num` varchar(4), `demographic_no` int, `provider_no` varchar(6),
  `appointment_no` int, `billing_date` date, `status` char(1), `visittype` char(2), PRIMARY KEY (`id`),
  KEY (`appointment_no`), KEY (`billing_date`), KEY (`demographic_no`), KEY (`provider_no`), KEY (`status`)
);
CREATE TABLE `billing_on_item` (
  `id` int, `ch1_id` int, `service_code` char(20), `ser_num` char(5), `service_date` date, `dx` char(4),
  `dx1` char(4), `dx2` char(4), `status` char(1), PRIMARY KEY (`id`), KEY (`ch1_id`)
);
CREATE TABLE `billingservice` (
  `billingservice_no` int, `service_code` varchar(10), `description` text, `billingservice_date` date,
  `termination_date` date, PRIMARY KEY (`billingservice_no`), KEY (`service_code`)
);
CREATE TABLE `casemgmt_issue` (
  `id` int, `demographic_no` varchar(20), `issue_id` int, `acute` tinyint, `certain` tinyint, `major` tinyint,
  `resolved` tinyint, `program_id` int, `type` varchar(100), `update_date` datetime, PRIMARY KEY (`id`),
  KEY (`issue_id`)
);
CREATE TABLE `casemgmt_issue_notes` (
  `id` int, `note_id` int, KEY (`id`), KEY (`note_id`)
);
CREATE TABLE `casemgmt_note` (
  `note_id` int, `update_date` datetime, `observation_date` datetime, `demographic_no` int,
  `provider_no` varchar(20), `note` text, `signed` tinyint, `signing_provider_no` varchar(20),
  `encounter_type` varchar(100), `program_no` varchar(20), `history` text, `locked` char(1), `archived` tinyint,
  `uuid` char(36), `appointmentNo` int, PRIMARY KEY (`note_id`), KEY (`demographic_no`), KEY (`provider_no`),
  KEY (`observation_date`), KEY (`program_no`), KEY (`uuid`)
);
CREATE TABLE `casemgmt_note_ext` (
  `id` int, `note_id` int, `key_val` varchar(64), `value` text, `date_value` date, PRIMARY KEY (`id`),
  KEY (`note_id`)
);
CREATE TABLE `clinic` (
  `clinic_no` int, `clinic_name` varchar(100), `clinic_address` varchar(60), `clinic_city` varchar(40),
  `clinic_postal` varchar(15), `clinic_phone` varchar(50), `clinic_fax` varchar(20),
  `clinic_location_code` varchar(10), `status` char(1), `clinic_province` varchar(40), PRIMARY KEY (`clinic_no`)
);
CREATE TABLE `clinic_location` (
  `id` int, `clinic_location_no` varchar(15), `clinic_no` int, `clinic_location_name` varchar(40),
  PRIMARY KEY (`id`)
);
CREATE TABLE `Consent` (
  `id` int, `demographic_no` int, `consent_type_id` int, `explicit` tinyint, `optout` tinyint,
  `last_entered_by` varchar(10), `consent_date` datetime, `optout_date` datetime, `edit_date` datetime,
  PRIMARY KEY (`id`)
);
CREATE TABLE `consentType` (
  `id` int, `type` varchar(50), `name` varchar(50), `description` varchar(500), `active` tinyint, PRIMARY KEY (`id`)
);
CREATE TABLE `consultationRequests` (
  `referalDate` date, `serviceId` int, `specId` int, `appointmentDate` date, `appointmentTime` time, `reason` text,
  `clinicalInfo` text, `currentMeds` text, `allergies` text, `providerNo` varchar(6), `demographicNo` int,
  `status` char(2), `statusText` text, `requestId` int, `concurrentProblems` text, `urgency` char(2),
  `appointmentInstructions` varchar(256), `patientWillBook` tinyint, `lastUpdateDate` datetime,
  PRIMARY KEY (`requestId`), KEY (`demographicNo`)
);
CREATE TABLE `consultationServices` (
  `serviceId` int, `serviceDesc` varchar(255), `active` char(2), PRIMARY KEY (`serviceId`)
);
CREATE TABLE `consultdocs` (
  `id` int, `requestId` int, `document_no` int, `doctype` char(1), `deleted` char(1), `attach_date` date,
  `provider_no` varchar(6), PRIMARY KEY (`id`)
);
CREATE TABLE `Contact` (
  `id` int, `type` varchar(20), `lastName` varchar(100), `firstName` varchar(100), `address` varchar(255),
  `address2` varchar(255), `city` varchar(100), `province` varchar(25), `country` varchar(25),
  `postal` varchar(25), `residencePhone` varchar(30), `cellPhone` varchar(30), `workPhone` varchar(30),
  `workPhoneExtension` varchar(10), `email` varchar(50), `fax` varchar(30), `updateDate` timestamp,
  PRIMARY KEY (`id`), KEY (`type`)
);
CREATE TABLE `ctl_document` (
  `module` varchar(30), `module_id` int, `document_no` int, `status` char(1),
  PRIMARY KEY (`module_id`, `module`, `document_no`), KEY (`document_no`), KEY (`module`)
);
CREATE TABLE `demographic` (
  `demographic_no` int, `title` varchar(10), `last_name` varchar(30), `first_name` varchar(30),
  `address` varchar(60), `city` varchar(50), `province` varchar(20), `postal` varchar(9), `phone` varchar(20),
  `phone2` varchar(20), `email` varchar(100), `year_of_birth` varchar(4), `month_of_birth` varchar(2),
  `date_of_birth` varchar(2), `hin` varchar(20), `ver` char(3), `roster_status` varchar(20), `roster_date` date,
  `roster_termination_date` date, `patient_status` varchar(20), `patient_status_date` date, `date_joined` date,
  `chart_no` varchar(10), `official_lang` varchar(60), `spoken_lang` varchar(60), `provider_no` varchar(250),
  `sex` char(1), `end_date` date, `eff_date` date, `hc_type` varchar(20), `hc_renew_date` date,
  `family_doctor` varchar(80), `alias` varchar(70), `previousAddress` varchar(255), `sin` varchar(15),
  `country_of_origin` char(4), `lastUpdateUser` varchar(6), `lastUpdateDate` datetime,
  PRIMARY KEY (`demographic_no`), KEY (`country_of_origin`), KEY (`hin`), KEY (`last_name`)
);
CREATE TABLE `demographic_merged` (
  `id` int, `demographic_no` int, `merged_to` int, `deleted` int, PRIMARY KEY (`id`), KEY (`demographic_no`),
  KEY (`merged_to`)
);
CREATE TABLE `DemographicContact` (
  `id` int, `facilityId` int, `creator` varchar(20), `created` timestamp, `updateDate` timestamp,
  `deleted` tinyint, `demographicNo` int, `contactId` varchar(100), `role` varchar(100), `type` int,
  `category` varchar(100), `sdm` varchar(25), `ec` varchar(25), `note` varchar(200), `active` tinyint,
  PRIMARY KEY (`id`), KEY (`demographicNo`)
);
CREATE TABLE `demographiccust` (
  `demographic_no` int, `cust1` varchar(255), `cust2` varchar(255), `cust3` varchar(255), `cust4` varchar(255),
  `content` text, PRIMARY KEY (`demographic_no`), KEY (`cust1`), KEY (`cust2`), KEY (`cust3`), KEY (`cust4`)
);
CREATE TABLE `demographicExt` (
  `id` int, `demographic_no` int, `provider_no` varchar(6), `key_val` varchar(64), `value` text,
  `date_time` datetime, `hidden` char(1), PRIMARY KEY (`id`), KEY (`demographic_no`)
);
CREATE TABLE `demographicPharmacy` (
  `id` int, `pharmacyID` int, `demographic_no` int, `status` char(1), `preferredOrder` int, PRIMARY KEY (`id`)
);
CREATE TABLE `Department` (
  `id` int, `name` varchar(255), PRIMARY KEY (`id`)
);
CREATE TABLE `diagnosticcode` (
  `diagnosticcode_no` int, `diagnostic_code` varchar(5), `description` text, `status` char(1), `region` varchar(5),
  PRIMARY KEY (`diagnosticcode_no`), KEY (`diagnostic_code`)
);
CREATE TABLE `document` (
  `document_no` int, `doctype` varchar(60), `docClass` varchar(60), `docSubClass` varchar(60),
  `docdesc` varchar(255), `docxml` text, `docfilename` varchar(255), `doccreator` varchar(30),
  `responsible` varchar(30), `source` varchar(60), `sourceFacility` varchar(120), `updatedatetime` datetime,
  `status` char(1), `contenttype` varchar(255), `contentdatetime` datetime, `observationdate` date,
  `reviewer` varchar(30), `reviewdatetime` datetime, `number_of_pages` int, `appointment_no` int,
  PRIMARY KEY (`document_no`)
);
CREATE TABLE `DrugDispensing` (
  `id` int, `drugId` int, `dateCreated` datetime, `quantity` int, `unit` varchar(20),
  `dispensingProviderNo` varchar(20), `providerNo` varchar(20), `notes` text, `archived` tinyint, PRIMARY KEY (`id`)
);
CREATE TABLE `drugReason` (
  `id` int, `drugId` int, `codingSystem` varchar(255), `code` varchar(255), `primaryReasonFlag` tinyint,
  `archivedFlag` tinyint, `demographicNo` int, `providerNo` varchar(6), `dateCoded` date, PRIMARY KEY (`id`),
  KEY (`archivedFlag`), KEY (`codingSystem`), KEY (`drugId`)
);
CREATE TABLE `drugs` (
  `drugid` int, `provider_no` varchar(6), `demographic_no` int, `rx_date` date, `end_date` date,
  `written_date` date, `BN` varchar(255), `customName` varchar(60), `takemin` float, `takemax` float,
  `freqcode` varchar(6), `duration` varchar(4), `durunit` char(1), `quantity` varchar(20),
  `dispensingUnits` varchar(20), `repeat` tinyint, `nosubs` tinyint, `prn` tinyint, `special` text,
  `special_instruction` text, `archived` tinyint, `GN` varchar(255), `ATC` varchar(20), `script_no` int,
  `regional_identifier` varchar(100), `unit` varchar(5), `method` varchar(5), `route` varchar(5),
  `drug_form` varchar(50), `create_date` datetime, `dosage` text, `unitName` varchar(10), `long_term` tinyint,
  `non_authoritative` tinyint, `past_med` tinyint, `outside_provider_name` varchar(100),
  `outside_provider_ohip` varchar(20), `archived_reason` varchar(100), `archived_date` datetime, `position` int,
  `comment` varchar(255), `start_date_unknown` tinyint, `lastUpdateDate` datetime, `dispenseInternal` tinyint,
  PRIMARY KEY (`drugid`), KEY (`demographic_no`)
);
CREATE TABLE `dxresearch` (
  `dxresearch_no` int, `demographic_no` int, `start_date` date, `update_date` datetime, `status` char(1),
  `dxresearch_code` varchar(10), `coding_system` varchar(20), `association` tinyint, `providerNo` varchar(6),
  PRIMARY KEY (`dxresearch_no`), KEY (`demographic_no`)
);
CREATE TABLE `Facility` (
  `id` int, `name` varchar(50), `description` varchar(150), `contactName` varchar(255),
  `contactEmail` varchar(255), `contactPhone` varchar(255), `disabled` tinyint, PRIMARY KEY (`id`), KEY (`name`)
);
CREATE TABLE `hl7TextInfo` (
  `id` int, `lab_no` int, `result_status` varchar(1), `obr_date` varchar(20), `priority` varchar(1),
  `requesting_client` varchar(100), `discipline` varchar(100), `report_status` varchar(1),
  `accessionNum` varchar(255), `filler_order_num` varchar(50), `sending_facility` varchar(50),
  `label` varchar(255), PRIMARY KEY (`id`), KEY (`accessionNum`), KEY (`lab_no`)
);
CREATE TABLE `hl7TextMessage` (
  `lab_id` int, `fileUploadCheck_id` int, `message` longtext, `type` varchar(100), `serviceName` varchar(100),
  `created` datetime, PRIMARY KEY (`lab_id`)
);
CREATE TABLE `HRMDocument` (
  `id` int, `timeReceived` datetime, `reportType` varchar(50), `reportStatus` varchar(10),
  `reportFile` varchar(255), `reportDate` datetime, `sourceFacility` varchar(120), `description` varchar(255),
  PRIMARY KEY (`id`)
);
CREATE TABLE `HRMDocumentToDemographic` (
  `id` int, `demographicNo` varchar(20), `hrmDocumentId` varchar(20), `timeAssigned` datetime, PRIMARY KEY (`id`)
);
CREATE TABLE `icd9` (
  `id` int, `icd9` varchar(7), `description` varchar(200), PRIMARY KEY (`id`)
);
CREATE TABLE `Institution` (
  `id` int, `name` varchar(255), `address` varchar(255), `city` varchar(100), `province` varchar(100),
  `postal` varchar(10), `country` varchar(25), `phone` varchar(25), `fax` varchar(25), `website` varchar(100),
  `email` varchar(50), PRIMARY KEY (`id`)
);
CREATE TABLE `issue` (
  `issue_id` int, `code` varchar(20), `description` varchar(255), `role` varchar(100), `update_date` datetime,
  `type` varchar(32), `sortOrderId` int, PRIMARY KEY (`issue_id`), KEY (`code`), KEY (`description`)
);
CREATE TABLE `labPatientPhysicianInfo` (
  `id` int, `accession_num` varchar(64), `service_date` varchar(10), `lab_status` char(1), `doc_name` varchar(100),
  `comment1` text, `comment2` text, `collection_date` varchar(20), `lastUpdateDate` datetime, PRIMARY KEY (`id`)
);
CREATE TABLE `labTestResults` (
  `id` int, `labPatientPhysicianInfo_id` int, `line_type` char(1), `title` varchar(255), `test_name` varchar(255),
  `abn` char(1), `minimum` varchar(65), `maximum` varchar(65), `units` varchar(65), `result` varchar(65),
  `description` text, PRIMARY KEY (`id`)
);
CREATE TABLE `LookupListItem` (
  `id` int, `lookupListId` int, `value` varchar(50), `label` varchar(255), PRIMARY KEY (`id`)
);
CREATE TABLE `measurementMap` (
  `id` int, `loinc_code` varchar(20), `ident_code` varchar(20), `name` varchar(255), `lab_type` varchar(10),
  PRIMARY KEY (`id`), KEY (`ident_code`)
);
CREATE TABLE `measurements` (
  `id` int, `type` varchar(50), `demographicNo` int, `providerNo` varchar(6), `dataField` varchar(255),
  `measuringInstruction` varchar(255), `comments` varchar(255), `dateObserved` datetime, `dateEntered` datetime,
  `appointmentNo` int, PRIMARY KEY (`id`), KEY (`demographicNo`), KEY (`measuringInstruction`), KEY (`type`)
);
CREATE TABLE `measurementsExt` (
  `id` int, `measurement_id` int, `keyval` varchar(20), `val` text, PRIMARY KEY (`id`), KEY (`measurement_id`)
);
CREATE TABLE `measurementType` (
  `id` int, `type` varchar(50), `typeDescription` varchar(255), `measuringInstruction` varchar(255),
  `validation` varchar(100), `createDate` datetime, PRIMARY KEY (`id`), KEY (`measuringInstruction`), KEY (`type`)
);
CREATE TABLE `patientLabRouting` (
  `demographic_no` int, `lab_no` int, `lab_type` char(3), `id` int, `created` datetime, PRIMARY KEY (`id`),
  KEY (`lab_type`), KEY (`demographic_no`), KEY (`lab_no`)
);
CREATE TABLE `pharmacyInfo` (
  `recordID` int, `name` varchar(255), `address` text, `city` varchar(255), `province` varchar(255),
  `postalCode` varchar(20), `phone1` varchar(20), `phone2` varchar(20), `fax` varchar(20), `email` varchar(100),
  `serviceLocationIdentifier` varchar(255), `status` char(1), PRIMARY KEY (`recordID`)
);
CREATE TABLE `prescription` (
  `script_no` int, `provider_no` varchar(6), `demographic_no` int, `date_prescribed` date, `rx_comments` text,
  `lastUpdateDate` datetime, PRIMARY KEY (`script_no`)
);
CREATE TABLE `preventions` (
  `id` int, `demographic_no` int, `creation_date` datetime, `prevention_date` datetime, `provider_no` varchar(6),
  `provider_name` varchar(255), `prevention_type` varchar(20), `deleted` char(1), `refused` char(1),
  `next_date` date, `never` char(1), `creator` int, `lastUpdateDate` datetime, PRIMARY KEY (`id`),
  KEY (`creation_date`), KEY (`deleted`), KEY (`demographic_no`), KEY (`never`), KEY (`next_date`),
  KEY (`prevention_type`), KEY (`provider_no`), KEY (`refused`)
);
CREATE TABLE `preventionsExt` (
  `id` int, `prevention_id` int, `keyval` varchar(20), `val` text, PRIMARY KEY (`id`), KEY (`keyval`),
  KEY (`prevention_id`)
);
CREATE TABLE `professionalSpecialists` (
  `specId` int, `fName` varchar(32), `lName` varchar(32), `proLetters` varchar(20), `address` varchar(255),
  `phone` varchar(30), `fax` varchar(30), `website` varchar(128), `email` varchar(128), `specType` varchar(128),
  `lastUpdated` datetime, `referralNo` varchar(6), `institutionId` int, `departmentId` int,
  `privatePhoneNumber` varchar(30), `cellPhoneNumber` varchar(30), `pagerNumber` varchar(30),
  `salutation` varchar(10), `hideFromView` tinyint, PRIMARY KEY (`specId`)
);
CREATE TABLE `program` (
  `id` int, `facilityId` int, `name` varchar(70), `description` varchar(255), `phone` varchar(255),
  `fax` varchar(255), `email` varchar(255), `type` varchar(50), `programStatus` varchar(8), PRIMARY KEY (`id`),
  KEY (`facilityId`)
);
CREATE TABLE `provider` (
  `provider_no` varchar(6), `last_name` varchar(30), `first_name` varchar(30), `provider_type` varchar(15),
  `specialty` varchar(40), `sex` char(1), `dob` date, `address` varchar(40), `phone` varchar(20),
  `work_phone` varchar(50), `ohip_no` varchar(20), `rma_no` varchar(20), `billing_no` varchar(20),
  `hso_no` varchar(10), `status` char(1), `comments` text, `practitionerNo` varchar(20), `job_title` varchar(100),
  `email` varchar(60), `title` varchar(20), `lastUpdateDate` datetime, PRIMARY KEY (`provider_no`)
);
CREATE TABLE `providerLabRouting` (
  `provider_no` varchar(6), `lab_no` int, `status` char(1), `lab_type` char(3), `id` int, PRIMARY KEY (`id`),
  KEY (`lab_no`), KEY (`provider_no`)
);
CREATE TABLE `providersite` (
  `provider_no` varchar(6), `site_id` int, PRIMARY KEY (`provider_no`, `site_id`)
);
CREATE TABLE `relationships` (
  `id` int, `demographic_no` int, `relation_demographic_no` int, `relation` varchar(20), `creation_date` datetime,
  `creator` varchar(6), `sub_decision_maker` char(1), `emergency_contact` char(1), `notes` text, `deleted` char(1),
  PRIMARY KEY (`id`)
);
CREATE TABLE `scheduledate` (
  `id` int, `sdate` date, `provider_no` varchar(6), `available` char(1), `priority` char(1), `reason` varchar(255),
  `hour` varchar(255), `creator` varchar(50), `status` char(1), PRIMARY KEY (`id`), KEY (`provider_no`),
  KEY (`sdate`), KEY (`status`)
);
CREATE TABLE `scheduletemplate` (
  `provider_no` varchar(6), `name` varchar(20), `summary` varchar(80), `timecode` text,
  PRIMARY KEY (`provider_no`, `name`)
);
CREATE TABLE `scheduletemplatecode` (
  `id` int, `code` char(1), `description` varchar(80), `duration` char(3), `confirm` char(3), `bookinglimit` int,
  PRIMARY KEY (`id`), KEY (`code`)
);
CREATE TABLE `secUserRole` (
  `id` int, `provider_no` varchar(6), `role_name` varchar(60), `activeyn` int, `lastUpdateDate` datetime,
  PRIMARY KEY (`id`)
);
CREATE TABLE `site` (
  `site_id` int, `name` varchar(255), `short_name` varchar(10), `phone` varchar(50), `fax` varchar(50),
  `address` varchar(255), `city` varchar(25), `province` varchar(25), `postal` varchar(10), `status` tinyint,
  `siteUrl` varchar(50), PRIMARY KEY (`site_id`), KEY (`name`), KEY (`short_name`)
);
CREATE TABLE `tickler` (
  `tickler_no` int, `demographic_no` int, `program_id` int, `message` text, `status` char(1),
  `update_date` datetime, `service_date` datetime, `creator` varchar(6), `priority` varchar(6),
  `task_assigned_to` varchar(255), `category_id` int, PRIMARY KEY (`tickler_no`), KEY (`demographic_no`),
  KEY (`status`)
);
CREATE TABLE `tickler_category` (
  `id` int, `category` varchar(55), PRIMARY KEY (`id`)
);
CREATE TABLE `tickler_comments` (
  `id` int, `tickler_no` int, `message` text, `provider_no` varchar(6), `update_date` datetime, PRIMARY KEY (`id`)
);
