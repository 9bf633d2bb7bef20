# ruff: noqa: E501  (SQL scripts)
"""Small clinics in six languages, invented, with what a reader of that language would say they hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Clinic:
    """A schema with rows, and the elements it should give: (element, table.column)."""

    language: str
    sql: str
    wanted: str

    def expected(self) -> set[tuple[str, str]]:
        """(element, table.column in small letters)."""
        return {(one.split()[0], one.split()[1].lower()) for one in self.wanted.strip().splitlines()}


GERMAN = Clinic(
    "German",
    """
CREATE TABLE Patienten (PatNr INTEGER PRIMARY KEY, Nachname TEXT, Vorname TEXT, GebDat DATE, Geschlecht CHAR(1),
  Straße TEXT, PLZ TEXT, Ort TEXT, Telefon TEXT, Handy TEXT, "E-Mail" TEXT, Familienstand TEXT, Hausarzt INTEGER,
  geloescht CHAR(1));
CREATE TABLE Ärzte (ArztNr INTEGER PRIMARY KEY, Titel TEXT, Nachname TEXT, Vorname TEXT, Fachrichtung TEXT, LANR TEXT);
CREATE TABLE Termine (TerminID INTEGER PRIMARY KEY, PatNr INTEGER REFERENCES Patienten(PatNr), ArztNr INTEGER,
  Datum DATE, Uhrzeit TIME, Dauer INTEGER, Status TEXT, Grund TEXT, Bemerkung TEXT);
CREATE TABLE Diagnosen (ID INTEGER PRIMARY KEY, PatNr INTEGER, ICD10 TEXT, Bezeichnung TEXT, Diagnosedatum DATE);
CREATE TABLE Laborwerte (ID INTEGER PRIMARY KEY, PatNr INTEGER, Untersuchung TEXT, Ergebnis TEXT, Einheit TEXT,
  Normbereich TEXT, Abnahmedatum TIMESTAMP);
CREATE TABLE Impfungen (ID INTEGER PRIMARY KEY, PatNr INTEGER, Impfstoff TEXT, Impfdatum DATE, Charge TEXT);
INSERT INTO Patienten VALUES (1,'Musterfrau','Anna','1961-04-13','W','Lindenweg 3','10115','Berlin','030 5550101',
  '0170 5550102','anna@example.org','VH',11,'N'),(2,'Beispiel','Jörg','1980-12-31','M','Am Tor 1','80331','München',
  '089 5550103','0171 5550104','jb@example.org','LD',12,'N');
INSERT INTO Ärzte VALUES (11,'Dr.','Probst','Eva','Allgemeinmedizin','123456701'),(12,'','Kern','Uwe','Innere','765432101');
INSERT INTO Termine VALUES (100,1,11,'2024-05-02','09:30:00',15,'gebucht','Kontrolle',NULL),
  (101,2,12,'2024-05-02','10:00:00',30,'abgesagt','Husten','kommt nicht'),(102,2,11,'2024-05-03','08:00:00',15,'erledigt','',NULL);
INSERT INTO Diagnosen VALUES (1,1,'E11.9','Diabetes mellitus Typ 2','2020-01-05'),(2,2,'I10.0','Hypertonie','2021-02-03');
INSERT INTO Laborwerte VALUES (1,1,'HbA1c','6,9','%','4-6','2024-05-02 09:40:00'),(2,2,'Kalium','4,1','mmol/l','3,5-5','2024-05-02 10:10:00');
INSERT INTO Impfungen VALUES (1,1,'Tetanus','2019-03-04','A12B'),(2,2,'Influenza','2023-10-10','X9');
""",
    """
Patient.name.family patienten.nachname
Patient.name.given patienten.vorname
Patient.birthDate patienten.gebdat
Patient.gender patienten.geschlecht
Patient.address.line patienten.straße
Patient.address.postalCode patienten.plz
Patient.address.city patienten.ort
Patient.telecom.value patienten.telefon
Patient.telecom.value patienten.handy
Patient.telecom.value patienten.e-mail
Patient.maritalStatus patienten.familienstand
Patient.generalPractitioner.reference patienten.hausarzt
Practitioner.name.family ärzte.nachname
Practitioner.name.given ärzte.vorname
Practitioner.name.prefix ärzte.titel
PractitionerRole.specialty.text ärzte.fachrichtung
Appointment.participant.actor.reference termine.patnr
Appointment.participant.actor.reference termine.arztnr
Appointment.start termine.datum
Appointment.start termine.uhrzeit
Appointment.end termine.dauer
Appointment.status termine.status
Appointment.description termine.grund
Appointment.comment termine.bemerkung
Condition.code.coding.code diagnosen.icd10
Condition.code.text diagnosen.bezeichnung
Condition.onsetDateTime diagnosen.diagnosedatum
Observation.code.text laborwerte.untersuchung
Observation.valueQuantity.value laborwerte.ergebnis
Observation.valueQuantity.unit laborwerte.einheit
Observation.referenceRange.text laborwerte.normbereich
Observation.effectiveDateTime laborwerte.abnahmedatum
Immunization.vaccineCode.text impfungen.impfstoff
Immunization.occurrenceDateTime impfungen.impfdatum
Immunization.lotNumber impfungen.charge
""",
)

FRENCH = Clinic(
    "French",
    """
CREATE TABLE patients (id_patient INTEGER PRIMARY KEY, nom TEXT, prenom TEXT, date_naissance TEXT, sexe TEXT,
  adresse TEXT, code_postal TEXT, ville TEXT, telephone TEXT, portable TEXT, courriel TEXT, num_secu TEXT);
CREATE TABLE medecins (id_medecin INTEGER PRIMARY KEY, nom TEXT, prenom TEXT, specialite TEXT);
CREATE TABLE rendez_vous (id_rdv INTEGER PRIMARY KEY, id_patient INTEGER, id_medecin INTEGER, date_rdv TEXT,
  heure_debut TEXT, heure_fin TEXT, statut TEXT, motif TEXT);
CREATE TABLE ordonnances (id_ordonnance INTEGER PRIMARY KEY, id_patient INTEGER, id_medecin INTEGER, medicament TEXT,
  posologie TEXT, date_debut TEXT, date_fin TEXT);
CREATE TABLE allergies (id INTEGER PRIMARY KEY, id_patient INTEGER, allergene TEXT, reaction TEXT, gravite TEXT);
INSERT INTO patients VALUES (1,'DUPONT','Marie','13/04/1961','F','3 rue des Lilas','75011','Paris','01 55 50 10 10',
  '06 55 50 10 11','marie@example.org','2610475011001'),(2,'MARTIN','Luc','31/12/1980','M','1 place du Port','69001',
  'Lyon','04 55 50 10 12','06 55 50 10 13','luc@example.org','1801269001002');
INSERT INTO medecins VALUES (11,'PETIT','Claire','cardiologie'),(12,'ROUX','Jean','médecine générale');
INSERT INTO rendez_vous VALUES (5,1,11,'02/05/2024','09:30','09:45','confirmé','contrôle'),(6,2,12,'28/05/2024','10:00','10:30','annulé','toux');
INSERT INTO ordonnances VALUES (1,1,11,'Metformine 850 mg','1 comprimé matin et soir','02/05/2024','02/08/2024'),
  (2,2,12,'Ramipril 5 mg','1 le matin','28/05/2024',NULL);
INSERT INTO allergies VALUES (1,1,'pénicilline','urticaire','modérée'),(2,2,'arachide','oedème','grave');
""",
    """
Patient.name.family patients.nom
Patient.name.given patients.prenom
Patient.birthDate patients.date_naissance
Patient.gender patients.sexe
Patient.address.line patients.adresse
Patient.address.postalCode patients.code_postal
Patient.address.city patients.ville
Patient.telecom.value patients.telephone
Patient.telecom.value patients.portable
Patient.telecom.value patients.courriel
Patient.identifier.value patients.num_secu
Practitioner.name.family medecins.nom
Practitioner.name.given medecins.prenom
PractitionerRole.specialty.text medecins.specialite
Appointment.participant.actor.reference rendez_vous.id_patient
Appointment.participant.actor.reference rendez_vous.id_medecin
Appointment.start rendez_vous.date_rdv
Appointment.start rendez_vous.heure_debut
Appointment.end rendez_vous.heure_fin
Appointment.status rendez_vous.statut
Appointment.description rendez_vous.motif
MedicationRequest.medicationCodeableConcept.text ordonnances.medicament
MedicationRequest.requester.reference ordonnances.id_medecin
MedicationRequest.authoredOn ordonnances.date_debut
AllergyIntolerance.code.text allergies.allergene
AllergyIntolerance.reaction.manifestation.text allergies.reaction
AllergyIntolerance.reaction.severity allergies.gravite
""",
)

SPANISH = Clinic(
    "Spanish",
    """
CREATE TABLE PACIENTE (ID_PACIENTE INTEGER PRIMARY KEY, NOMBRE TEXT, APELLIDOS TEXT, FEC_NACIMIENTO TEXT, SEXO TEXT,
  DIRECCION TEXT, COD_POSTAL TEXT, POBLACION TEXT, TELEFONO TEXT, MOVIL TEXT, CORREO TEXT, DNI TEXT);
CREATE TABLE MEDICO (ID_MEDICO INTEGER PRIMARY KEY, NOMBRE TEXT, APELLIDOS TEXT, ESPECIALIDAD TEXT);
CREATE TABLE CITA (ID_CITA INTEGER PRIMARY KEY, ID_PACIENTE INTEGER, ID_MEDICO INTEGER, FECHA TEXT, HORA TEXT,
  DURACION INTEGER, ESTADO TEXT, MOTIVO TEXT);
CREATE TABLE INGRESO (ID_INGRESO INTEGER PRIMARY KEY, ID_PACIENTE INTEGER, FECHA_INGRESO TEXT, FECHA_ALTA TEXT,
  DIAGNOSTICO TEXT);
CREATE TABLE LABORATORIO (ID INTEGER PRIMARY KEY, ID_PACIENTE INTEGER, PRUEBA TEXT, RESULTADO TEXT, UNIDADES TEXT, FECHA TEXT);
INSERT INTO PACIENTE VALUES (1,'María','García López','1961-04-13','F','Calle Mayor 3','28013','Madrid','915550101',
  '655550102','maria@example.org','00000001R'),(2,'José','Ruiz Vega','1980-12-31','M','Plaza Nueva 1','41001','Sevilla',
  '955550103','655550104','jose@example.org','00000002W');
INSERT INTO MEDICO VALUES (11,'Elena','Soto Gil','Cardiología'),(12,'Luis','Mora Paz','Familia');
INSERT INTO CITA VALUES (5,1,11,'2024-05-02','09:30',15,'CONFIRMADA','Control'),(6,2,12,'2024-05-02','10:00',30,'ANULADA','Tos');
INSERT INTO INGRESO VALUES (1,1,'2024-01-02','2024-01-09','J18.9'),(2,2,'2024-02-03',NULL,'I10');
INSERT INTO LABORATORIO VALUES (1,1,'Glucosa','98','mg/dL','2024-05-02'),(2,2,'Creatinina','0.9','mg/dL','2024-05-02');
""",
    """
Patient.name.given paciente.nombre
Patient.name.family paciente.apellidos
Patient.birthDate paciente.fec_nacimiento
Patient.gender paciente.sexo
Patient.address.line paciente.direccion
Patient.address.postalCode paciente.cod_postal
Patient.address.city paciente.poblacion
Patient.telecom.value paciente.telefono
Patient.telecom.value paciente.movil
Patient.telecom.value paciente.correo
Patient.identifier.value paciente.dni
Practitioner.name.given medico.nombre
Practitioner.name.family medico.apellidos
PractitionerRole.specialty.text medico.especialidad
Appointment.participant.actor.reference cita.id_paciente
Appointment.participant.actor.reference cita.id_medico
Appointment.start cita.fecha
Appointment.start cita.hora
Appointment.end cita.duracion
Appointment.status cita.estado
Appointment.description cita.motivo
Encounter.subject.reference ingreso.id_paciente
Encounter.period.start ingreso.fecha_ingreso
Encounter.period.end ingreso.fecha_alta
Condition.code.coding.code ingreso.diagnostico
Observation.code.text laboratorio.prueba
Observation.valueQuantity.value laboratorio.resultado
Observation.valueQuantity.unit laboratorio.unidades
Observation.effectiveDateTime laboratorio.fecha
""",
)

PORTUGUESE = Clinic(
    "Portuguese",
    """
CREATE TABLE tb_paciente (cod_paciente INTEGER PRIMARY KEY, nome TEXT, sobrenome TEXT, dt_nascimento TEXT, sexo TEXT,
  endereco TEXT, cep TEXT, cidade TEXT, uf TEXT, telefone TEXT, celular TEXT, email TEXT, cpf TEXT, nome_mae TEXT);
CREATE TABLE tb_medico (cod_medico INTEGER PRIMARY KEY, nome TEXT, crm TEXT, especialidade TEXT);
CREATE TABLE tb_agendamento (cod_agendamento INTEGER PRIMARY KEY, cod_paciente INTEGER, cod_medico INTEGER, dt_hora_inicio TIMESTAMP,
  dt_hora_fim TIMESTAMP, situacao TEXT, observacoes TEXT);
CREATE TABLE tb_vacina_aplicada (cod INTEGER PRIMARY KEY, cod_paciente INTEGER, vacina TEXT, dt_aplicacao TEXT, lote TEXT);
CREATE TABLE tb_sinais_vitais (cod INTEGER PRIMARY KEY, cod_paciente INTEGER, data TIMESTAMP, peso REAL, altura REAL,
  temperatura REAL, pressao_sistolica INTEGER, pressao_diastolica INTEGER, pulso INTEGER);
INSERT INTO tb_paciente VALUES (1,'Maria','Silva','13/04/1961','F','Rua das Flores 3','01310-100','São Paulo','SP',
  '(11) 5555-0101','(11) 95555-0102','maria@example.org','000.000.001-91','Ana Silva'),(2,'João','Souza','31/12/1980','M',
  'Av. Sul 1','20040-002','Rio','RJ','(21) 5555-0103','(21) 95555-0104','joao@example.org','000.000.002-72','Eva Souza');
INSERT INTO tb_medico VALUES (11,'Carla Reis','CRM1234','cardiologia'),(12,'Rui Lima','CRM5678','clínica geral');
INSERT INTO tb_agendamento VALUES (5,1,11,'2024-05-02 09:30:00','2024-05-02 09:45:00','agendado',NULL),
  (6,2,12,'2024-05-02 10:00:00','2024-05-02 10:30:00','faltou','ligar');
INSERT INTO tb_vacina_aplicada VALUES (1,1,'Tétano','04/03/2019','A12B'),(2,2,'Gripe','28/10/2023','X9');
INSERT INTO tb_sinais_vitais VALUES (1,1,'2024-05-02 09:31:00',70.5,165,36.6,120,80,70),(2,2,'2024-05-02 10:01:00',82,180,37.1,130,85,64);
""",
    """
Patient.name.given tb_paciente.nome
Patient.name.family tb_paciente.sobrenome
Patient.birthDate tb_paciente.dt_nascimento
Patient.gender tb_paciente.sexo
Patient.address.line tb_paciente.endereco
Patient.address.postalCode tb_paciente.cep
Patient.address.city tb_paciente.cidade
Patient.address.state tb_paciente.uf
Patient.telecom.value tb_paciente.telefone
Patient.telecom.value tb_paciente.celular
Patient.telecom.value tb_paciente.email
Patient.identifier.value tb_paciente.cpf
Patient.contact.name.text tb_paciente.nome_mae
Practitioner.name.text tb_medico.nome
PractitionerRole.specialty.text tb_medico.especialidade
Appointment.participant.actor.reference tb_agendamento.cod_paciente
Appointment.participant.actor.reference tb_agendamento.cod_medico
Appointment.start tb_agendamento.dt_hora_inicio
Appointment.end tb_agendamento.dt_hora_fim
Appointment.status tb_agendamento.situacao
Appointment.comment tb_agendamento.observacoes
Immunization.vaccineCode.text tb_vacina_aplicada.vacina
Immunization.occurrenceDateTime tb_vacina_aplicada.dt_aplicacao
Immunization.lotNumber tb_vacina_aplicada.lote
Observation.valueQuantity.value tb_sinais_vitais.peso
Observation.valueQuantity.value tb_sinais_vitais.altura
Observation.valueQuantity.value tb_sinais_vitais.temperatura
Observation.valueQuantity.value tb_sinais_vitais.pulso
Observation.component.valueQuantity tb_sinais_vitais.pressao_sistolica
Observation.component.valueQuantity tb_sinais_vitais.pressao_diastolica
Observation.effectiveDateTime tb_sinais_vitais.data
""",
)

ITALIAN = Clinic(
    "Italian",
    """
CREATE TABLE Pazienti (IDPaziente INTEGER PRIMARY KEY, Cognome TEXT, Nome TEXT, DataNascita DATE, Sesso TEXT,
  Indirizzo TEXT, CAP TEXT, Comune TEXT, Provincia TEXT, Telefono TEXT, Cellulare TEXT, CodiceFiscale TEXT);
CREATE TABLE Medici (IDMedico INTEGER PRIMARY KEY, Cognome TEXT, Nome TEXT, Specializzazione TEXT);
CREATE TABLE Appuntamenti (IDAppuntamento INTEGER PRIMARY KEY, IDPaziente INTEGER REFERENCES Pazienti(IDPaziente),
  IDMedico INTEGER REFERENCES Medici(IDMedico), DataOra TIMESTAMP, Durata INTEGER, Stato TEXT, Motivo TEXT, Note TEXT);
CREATE TABLE Ricoveri (IDRicovero INTEGER PRIMARY KEY, IDPaziente INTEGER, DataRicovero DATE, DataDimissione DATE, Reparto TEXT);
CREATE TABLE Allergie (ID INTEGER PRIMARY KEY, IDPaziente INTEGER, Allergene TEXT, Reazione TEXT);
INSERT INTO Pazienti VALUES (1,'Rossi','Maria','1961-04-13','F','Via Roma 3','20121','Milano','MI','02 5550101','333 5550102',
  'RSSMRA61D53F205X'),(2,'Bianchi','Luca','1980-12-31','M','Corso Sud 1','00184','Roma','RM','06 5550103','333 5550104','BNCLCU80T31H501X');
INSERT INTO Medici VALUES (11,'Verdi','Paola','cardiologia'),(12,'Neri','Ugo','medicina generale');
INSERT INTO Appuntamenti VALUES (5,1,11,'2024-05-02 09:30:00',15,'confermato','controllo',NULL),
  (6,2,12,'2024-05-02 10:00:00',30,'annullato','tosse','richiamare');
INSERT INTO Ricoveri VALUES (1,1,'2024-01-02','2024-01-09','Medicina'),(2,2,'2024-02-03',NULL,'Chirurgia');
INSERT INTO Allergie VALUES (1,1,'penicillina','orticaria'),(2,2,'arachidi','edema');
""",
    """
Patient.name.family pazienti.cognome
Patient.name.given pazienti.nome
Patient.birthDate pazienti.datanascita
Patient.gender pazienti.sesso
Patient.address.line pazienti.indirizzo
Patient.address.postalCode pazienti.cap
Patient.address.city pazienti.comune
Patient.address.state pazienti.provincia
Patient.telecom.value pazienti.telefono
Patient.telecom.value pazienti.cellulare
Patient.identifier.value pazienti.codicefiscale
Practitioner.name.family medici.cognome
Practitioner.name.given medici.nome
PractitionerRole.specialty.text medici.specializzazione
Appointment.participant.actor.reference appuntamenti.idpaziente
Appointment.participant.actor.reference appuntamenti.idmedico
Appointment.start appuntamenti.dataora
Appointment.end appuntamenti.durata
Appointment.status appuntamenti.stato
Appointment.description appuntamenti.motivo
Appointment.comment appuntamenti.note
Encounter.subject.reference ricoveri.idpaziente
Encounter.period.start ricoveri.dataricovero
Encounter.period.end ricoveri.datadimissione
AllergyIntolerance.code.text allergie.allergene
AllergyIntolerance.reaction.manifestation.text allergie.reazione
""",
)

DUTCH = Clinic(
    "Dutch",
    """
CREATE TABLE patienten (patientnr INTEGER PRIMARY KEY, achternaam TEXT, voornaam TEXT, tussenvoegsel TEXT, geboortedatum TEXT,
  geslacht TEXT, straat TEXT, huisnr TEXT, postcode TEXT, woonplaats TEXT, telefoon TEXT, mobiel TEXT, bsn TEXT, huisarts INTEGER);
CREATE TABLE artsen (artsnr INTEGER PRIMARY KEY, achternaam TEXT, voornaam TEXT, specialisme TEXT, agbcode TEXT);
CREATE TABLE afspraken (afspraaknr INTEGER PRIMARY KEY, patientnr INTEGER, artsnr INTEGER, datum TEXT, begintijd TEXT,
  eindtijd TEXT, status TEXT, reden TEXT, opmerking TEXT);
CREATE TABLE medicatie (id INTEGER PRIMARY KEY, patientnr INTEGER, medicijn TEXT, dosering TEXT, startdatum TEXT, einddatum TEXT);
CREATE TABLE verrichtingen (id INTEGER PRIMARY KEY, patientnr INTEGER, verrichting TEXT, datum TEXT);
INSERT INTO patienten VALUES (1,'Vries','Anna','de','13-04-1961','V','Lindelaan','3','1012 AB','Amsterdam','020 5550101',
  '06 55501020','000000012',11),(2,'Jansen','Piet','','31-12-1980','M','Dorpsstraat','1a','3511 CD','Utrecht','030 5550103',
  '06 55501040','000000024',12);
INSERT INTO artsen VALUES (11,'Bakker','Eva','cardiologie','01000001'),(12,'Smit','Jan','huisarts','01000002');
INSERT INTO afspraken VALUES (5,1,11,'02-05-2024','09:30','09:45','gepland','controle',NULL),(6,2,12,'28-05-2024','10:00','10:30','geannuleerd','hoest','belt terug');
INSERT INTO medicatie VALUES (1,1,'Metformine 850 mg','1 tablet','02-05-2024','28-08-2024'),(2,2,'Ramipril 5 mg','1 tablet','28-05-2024',NULL);
INSERT INTO verrichtingen VALUES (1,1,'ECG','02-05-2024'),(2,2,'Longfunctie','28-05-2024');
""",
    """
Patient.name.family patienten.achternaam
Patient.name.given patienten.voornaam
Patient.birthDate patienten.geboortedatum
Patient.gender patienten.geslacht
Patient.address.line patienten.straat
Patient.address.line patienten.huisnr
Patient.address.postalCode patienten.postcode
Patient.address.city patienten.woonplaats
Patient.telecom.value patienten.telefoon
Patient.telecom.value patienten.mobiel
Patient.identifier.value patienten.bsn
Patient.generalPractitioner.reference patienten.huisarts
Practitioner.name.family artsen.achternaam
Practitioner.name.given artsen.voornaam
Practitioner.identifier.value artsen.agbcode
PractitionerRole.specialty.text artsen.specialisme
Appointment.participant.actor.reference afspraken.patientnr
Appointment.participant.actor.reference afspraken.artsnr
Appointment.start afspraken.datum
Appointment.start afspraken.begintijd
Appointment.end afspraken.eindtijd
Appointment.status afspraken.status
Appointment.description afspraken.reden
Appointment.comment afspraken.opmerking
MedicationRequest.medicationCodeableConcept.text medicatie.medicijn
MedicationRequest.authoredOn medicatie.startdatum
Procedure.code.text verrichtingen.verrichting
Procedure.performedDateTime verrichtingen.datum
""",
)

CLINICS = (GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH)
