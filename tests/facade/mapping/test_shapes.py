"""One small record of each shape of source, mapped by the same language to golden resources."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from connectors.base import Record
from facade.mapping import Outcome
from tests.facade.mapping.packs import pack

ORU = {
    "MSH": {"10": "MSG7"},
    "PID": {
        "3": [{"1": "A01", "4": "MAIN", "5": "MR"}, {"1": "999-99", "5": "SS"}],
        "5": {"1": "DOE", "2": "JANE", "3": "Q"},
        "7": "19700203",
        "8": "F",
    },
    "OBR": {"4": {"1": "24323-8", "2": "Panel", "3": "LN"}, "7": "202305020930-0500"},
    "OBX": [
        {
            "1": "1",
            "2": "NM",
            "3": {"1": "2345-7", "2": "Glucose", "3": "LN"},
            "5": "98.0",
            "6": "mg/dL",
            "11": "F",
        },
        {"1": "2", "2": "ST", "3": "LOCAL1", "5": ["cloudy", "yellow"], "11": "F"},
        {"1": "3", "2": "NM", "3": {"1": "2951-2"}, "5": "140", "11": "X"},
    ],
}
ORU_PATIENT = """
resource: Patient
stream: oru
id: $PID.3[0].1
map:
  identifier:
    $for: cx in $PID.3
    type: { coding: [{ system: http://terminology.hl7.org/CodeSystem/v2-0203, code: $cx.5 }] }
    value: $cx.1
  name:
    family: $PID.5.1
    given: [$PID.5.2, $PID.5.3]
  gender: $PID.8.1 | code(sex)
  birthDate: $PID.7 | date
"""
ORU_OBSERVATION = """
resource: Observation
stream: oru
for: obx in $OBX
let: { code: $obx.3.1 }
when: $obx.11 in ('F', 'C')
id: $MSH.10 ~ '-' ~ $obx.1
map:
  status: final
  code:
    coding: { system: http://loinc.org, code: $code, display: $obx.3.2 }
  subject: { reference: "$PID.3.1 | ref(Patient)" }
  effectiveDateTime: $OBR.7 | datetime
  valueQuantity:
    $if: $obx.2 = 'NM'
    value: $obx.5
    unit: $obx.6
  valueString:
    $if: $obx.2 = 'ST'
    $value: $obx.5[*] | join('; ')
"""


def _made(files: dict[str, str], stream: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    outcome: Outcome = pack(files).to_fhir(Record(stream, "k", body))
    assert outcome.failures == []
    return [mapped.resource for mapped in outcome.resources]


def test_hl7v2() -> None:
    files = {
        "streams/oru.sql": "-- kind: hl7v2\n",
        "codes/sex.csv": "sex,code\nF,female\nM,male\n",
        "resources/observation.yaml": ORU_OBSERVATION,
        "resources/patient.yaml": ORU_PATIENT,
    }
    glucose, appearance, patient = _made(files, "oru", ORU)
    v2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
    assert patient == {
        "resourceType": "Patient",
        "id": "A01",
        "meta": {},
        "identifier": [
            {"type": {"coding": [{"system": v2, "code": "MR"}]}, "value": "A01"},
            {"type": {"coding": [{"system": v2, "code": "SS"}]}, "value": "999-99"},
        ],
        "name": [{"family": "DOE", "given": ["JANE", "Q"]}],
        "gender": "female",
        "birthDate": "1970-02-03",
    }
    assert glucose == {
        "resourceType": "Observation",
        "id": "MSG7-1",
        "meta": {},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
        "subject": {"reference": "Patient/A01"},
        "effectiveDateTime": "2023-05-02T09:30:00-05:00",
        "valueQuantity": {"value": Decimal("98.0"), "unit": "mg/dL"},
    }
    assert str(glucose["valueQuantity"]["value"]) == "98.0"
    assert appearance["code"] == {"coding": [{"system": "http://loinc.org", "code": "LOCAL1"}]}
    assert appearance["valueString"] == "cloudy; yellow"


def test_x12() -> None:
    body = {
        "ISA": {"13": "000000905"},
        "2000B": [
            {
                "SBR": {"01": "P", "09": "MB"},
                "2010BA": {
                    "NM1": {"03": "DOE", "04": "JOHN", "08": "MI", "09": "00221111144"},
                    "DMG": {"02": "19261111"},
                },
                "2300": [{"CLM": {"01": "756048Q", "02": "89.93"}}, {"CLM": {"01": "756049Q", "02": "100"}}],
            }
        ],
    }
    claim = """
    resource: Claim
    stream: x12
    for: clm in $2000B[*].2300
    let: { subscriber: $2000B.2010BA }
    id: $clm.CLM.01
    map:
      status: active
      use: claim
      created: 2024-01-01
      type: { text: institutional }
      priority: { text: normal }
      provider: { display: unknown }
      patient: { display: "$2000B.2010BA.NM1.04 ~ ' ' ~ $2000B.2010BA.NM1.03" }
      insurance: { sequence: 1, focal: true, coverage: { identifier: { value: $2000B.2010BA.NM1.09 } } }
      total: { value: $clm.CLM.02, currency: USD }
    """.replace("    let: { subscriber: $2000B.2010BA }\n", "")
    first, second = _made({"streams/x12.sql": "", "resources/claim.yaml": claim}, "x12", body)
    assert first["patient"] == {"display": "JOHN DOE"}
    assert first["insurance"] == [
        {"sequence": 1, "focal": True, "coverage": {"identifier": {"value": "00221111144"}}}
    ]
    assert first["total"] == {"value": Decimal("89.93"), "currency": "USD"}
    assert (second["id"], second["total"]["value"]) == ("756049Q", Decimal(100))


def test_json() -> None:
    body = json.loads(
        '{"uuid": "a/b", "person": {"names": [{"given": "Ana", "family": "Ruiz", "preferred": '
        'true}], "dead": false},'
        ' "contacts": [{"kind": "mobile", "value": "555-0100"}, {"kind": "fax", "value": ""}], '
        '"weights": [70.5, 71]}'
    )
    patient = """
    resource: Patient
    stream: api
    id: $uuid
    map:
      active: true
      name:
        $for: n in $person.names | only(preferred, 'true')
        family: $n.family
        given: $n.given
      deceasedBoolean: $person.dead
      telecom:
        - $for: c in $contacts
          $if: $c.value
          system: { $switch: $c.kind, mobile: phone, fax: fax, $default: other }
          value: $c.value
    """
    (made,) = _made({"streams/api.sql": "", "resources/patient.yaml": patient}, "api", body)
    assert made["id"].startswith("x-") and len(made["id"]) == 42
    assert made["name"] == [{"family": "Ruiz", "given": ["Ana"]}]
    assert made["deceasedBoolean"] is False
    assert made["telecom"] == [{"system": "phone", "value": "555-0100"}]


def test_a_scraped_page() -> None:
    body = {
        "Patient Chart": {
            "Name": "  DOE, JOHN  ",
            "DOB": "02/03/1970",
            "Home Phone": "n/a",
            "rows": [{"Drug": "Lisinopril <b>10 mg</b>", "Since": "05/2013"}, {"Drug": " ", "Since": ""}],
        }
    }
    patient = """
    resource: Patient
    stream: chart
    id: $key
    map:
      name:
        family: $"Patient Chart".Name | split(',') | nth(0) | title
        given: $"Patient Chart".Name | split(',') | nth(1) | title
      birthDate: $"Patient Chart".DOB | date('%m/%d/%Y')
      telecom:
        $if: $"Patient Chart"."Home Phone" | unless('n/a')
        system: phone
        value: $"Patient Chart"."Home Phone"
    """
    medication = """
    resource: MedicationStatement
    stream: chart
    for: r in $"Patient Chart".rows
    when: $r.Drug
    id: $key ~ '-' ~ $r.Drug
    map:
      status: unknown
      subject: { reference: $key | ref(Patient) }
      medicationCodeableConcept: { text: $r.Drug | strip_html }
      effectivePeriod: { start: $r.Since | date('%m/%Y') }
    """
    files = {
        "streams/chart.sql": "",
        "resources/patient.yaml": patient,
        "resources/medication.yaml": medication,
    }
    made, drug = _made(files, "chart", body)
    assert made["name"] == [{"family": "Doe", "given": ["John"]}]
    assert made["birthDate"] == "1970-02-03"
    assert "telecom" not in made
    assert drug["medicationCodeableConcept"] == {"text": "Lisinopril 10 mg"}
    assert drug["effectivePeriod"] == {"start": "2013-05"}
    assert drug["subject"] == {"reference": "Patient/k"}


def test_rows() -> None:
    files = {
        "streams/rows.sql": "-- key: pid\nSELECT pid, lname, height, seen FROM patient_data\n",
        "resources/height.yaml": """
        resource: Observation
        stream: rows
        when: $height | unless('0.00')
        id: height- ~ $pid
        map:
          status: final
          code: { coding: { system: http://loinc.org, code: 8302-2 } }
          subject: { reference: $pid | ref(Patient) }
          effectiveDateTime: $seen | datetime
          valueQuantity: { value: $height | multiply('2.54') | round(1), unit: cm }
        """.replace("id: height- ~ $pid", "id: $'height-' ~ $pid"),
    }
    (made,) = _made(
        files, "rows", {"pid": 7, "lname": "Doe ", "height": "70.00", "seen": "2020-03-08 02:30:00"}
    )
    assert made["id"] == "height-7"
    assert str(made["valueQuantity"]["value"]) == "177.8"
    assert made["effectiveDateTime"] == "2020-03-08T02:30:00-05:00"
    assert _made(files, "rows", {"pid": 7, "height": "0.00", "seen": ""}) == []
