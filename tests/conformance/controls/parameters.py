"""The search parameters of the control server: where each finds its values.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BASE = "http://hl7.org/fhir/SearchParameter/"
HL7 = "http://hl7.org/fhir/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`paths` are separated by spaces; `only` is the type that a reference must be to; `system` is that of
    plain codes. `parts` of a composite are searched in each node that its path finds."""

    name: str
    type: str
    paths: str
    url: str
    targets: tuple[str, ...] = ()
    only: str = ""
    system: str = ""
    parts: tuple[Parameter, ...] = ()

    def values(self, resource: Any) -> list[Any]:
        if self.name == "deceased":
            return [resource.get("deceasedBoolean", False) or "deceasedDateTime" in resource]
        return [value for path in self.paths.split() for value in walk(resource, path)]


def walk(node: Any, path: str) -> Iterator[Any]:
    """Each value at `name.name`; `name[x=y]` keeps the items whose x is y; `.` is the node itself."""
    if isinstance(node, list):
        for item in node:
            yield from walk(item, path)
    elif path in ("", "."):
        yield node
    elif isinstance(node, dict):
        step, _, rest = path.partition(".")
        name, _, where = step.rstrip("]").partition("[")
        found = node.get(name, [])
        if where:
            key, _, wanted = where.partition("=")
            found = [one for one in found if one.get(key) == wanted]
        yield from walk(found, rest)


TABLE = """
Patient active token active | Patient-active
Patient address string address | individual-address
Patient address-city string address.city | individual-address-city
Patient address-country string address.country | individual-address-country
Patient address-use token address.use | individual-address-use | system=address-use
Patient birthdate date birthDate | individual-birthdate
Patient death-date date deceasedDateTime | Patient-death-date
Patient deceased token deceased | Patient-deceased
Patient email token telecom[system=email] | individual-email
Patient family string name.family | individual-family
Patient gender token gender | individual-gender | system=administrative-gender
Patient general-practitioner reference generalPractitioner | Patient-general-practitioner | Practitioner \
Organization
Patient given string name.given | individual-given
Patient identifier token identifier | Patient-identifier
Patient language token communication.language | Patient-language
Patient link reference link.other | Patient-link | Patient
Patient name string name | Patient-name
Patient organization reference managingOrganization | Patient-organization | Organization
Patient phone token telecom[system=phone] | individual-phone
Patient telecom token telecom | individual-telecom
Practitioner active token active | Practitioner-active
Practitioner email token telecom[system=email] | individual-email
Practitioner family string name.family | individual-family
Practitioner gender token gender | individual-gender | system=administrative-gender
Practitioner given string name.given | individual-given
Practitioner identifier token identifier | Practitioner-identifier
Practitioner name string name | Practitioner-name
Organization active token active | Organization-active
Organization address-city string address.city | Organization-address-city
Organization identifier token identifier | Organization-identifier
Organization name string name alias | Organization-name
Organization partof reference partOf | Organization-partof | Organization
Organization type token type | Organization-type
Encounter class token class | Encounter-class
Encounter date date period | clinical-date
Encounter length quantity length | Encounter-length
Encounter part-of reference partOf | Encounter-part-of | Encounter
Encounter participant reference participant.individual | Encounter-participant | Practitioner
Encounter patient reference subject | clinical-patient | Patient | only=Patient
Encounter practitioner reference participant.individual | Encounter-practitioner | Practitioner \
| only=Practitioner
Encounter reason-code token reasonCode | Encounter-reason-code
Encounter service-provider reference serviceProvider | Encounter-service-provider | Organization
Encounter status token status | Encounter-status | system=encounter-status
Encounter subject reference subject | Encounter-subject | Patient
Encounter type token type | clinical-type
Observation category token category | Observation-category
Observation code token code | clinical-code
Observation combo-code token code component.code | Observation-combo-code
Observation component-code token component.code | Observation-component-code
Observation component-value-quantity quantity component.valueQuantity | Observation-component-value-quantity
Observation data-absent-reason token dataAbsentReason | Observation-data-absent-reason
Observation date date effectiveDateTime effectivePeriod effectiveInstant | clinical-date
Observation derived-from reference derivedFrom | Observation-derived-from | Observation
Observation encounter reference encounter | clinical-encounter | Encounter
Observation has-member reference hasMember | Observation-has-member | Observation
Observation identifier token identifier | clinical-identifier
Observation patient reference subject | clinical-patient | Patient | only=Patient
Observation performer reference performer | Observation-performer | Practitioner Organization Patient
Observation status token status | Observation-status | system=observation-status
Observation subject reference subject | Observation-subject | Patient
Observation value-concept token valueCodeableConcept | Observation-value-concept
Observation value-date date valueDateTime valuePeriod | Observation-value-date
Observation value-quantity quantity valueQuantity | Observation-value-quantity
Observation value-string string valueString valueCodeableConcept.text | Observation-value-string
Observation code-value-quantity composite . | Observation-code-value-quantity
Observation component-code-value-quantity composite component | Observation-component-code-value-quantity
Condition abatement-date date abatementDateTime abatementPeriod | Condition-abatement-date
Condition asserter reference asserter | Condition-asserter | Practitioner Patient
Condition category token category | Condition-category
Condition clinical-status token clinicalStatus | Condition-clinical-status
Condition code token code | clinical-code
Condition encounter reference encounter | Condition-encounter | Encounter
Condition onset-date date onsetDateTime onsetPeriod | Condition-onset-date
Condition onset-info string onsetString | Condition-onset-info
Condition patient reference subject | clinical-patient | Patient | only=Patient
Condition recorded-date date recordedDate | Condition-recorded-date
Condition severity token severity | Condition-severity
Condition subject reference subject | Condition-subject | Patient
Condition verification-status token verificationStatus | Condition-verification-status
RiskAssessment condition reference condition | RiskAssessment-condition | Condition
RiskAssessment date date occurrenceDateTime | clinical-date
RiskAssessment patient reference subject | clinical-patient | Patient | only=Patient
RiskAssessment performer reference performer | RiskAssessment-performer | Practitioner
RiskAssessment probability number prediction.probabilityDecimal | RiskAssessment-probability
RiskAssessment risk token prediction.qualitativeRisk | RiskAssessment-risk
RiskAssessment subject reference subject | RiskAssessment-subject | Patient
Provenance agent reference agent.who | Provenance-agent | Practitioner Organization Patient
Provenance entity reference entity.what | Provenance-entity | Observation
Provenance patient reference target | Provenance-patient | Patient | only=Patient
Provenance recorded date recorded | Provenance-recorded
Provenance target reference target | Provenance-target | Patient Observation Condition Encounter
Provenance when date occurredDateTime | Provenance-when
ValueSet date date date | conformance-date
ValueSet name string name | conformance-name
ValueSet reference uri compose.include.system | ValueSet-reference
ValueSet status token status | conformance-status | system=publication-status
ValueSet title string title | conformance-title
ValueSet url uri url | conformance-url
ValueSet version token version | conformance-version
* _id token id | Resource-id
* _lastUpdated date meta.lastUpdated | Resource-lastUpdated
* _profile uri meta.profile | Resource-profile
* _security token meta.security | Resource-security
* _source uri meta.source | Resource-source
* _tag token meta.tag | Resource-tag
"""


def _parse(line: str) -> tuple[str, Parameter]:
    head, url, *more = (part.strip() for part in line.split("|"))
    type, name, kind, paths = head.split(" ", 3)
    named = dict(one.split("=") for one in more if "=" in one)
    targets = tuple(target for one in more if "=" not in one for target in one.split())
    parts: tuple[Parameter, ...] = ()
    if kind == "composite":
        parts = (
            Parameter("code", "token", "code", ""),
            Parameter("value", "quantity", "valueQuantity", ""),
        )
    system = HL7 + named["system"] if "system" in named else ""
    return type, Parameter(name, kind, paths, BASE + url, targets, named.get("only", ""), system, parts)


_LINES = [_parse(line) for line in TABLE.strip().splitlines()]
TYPES = sorted({type for type, _ in _LINES} - {"*"})
PARAMETERS = {
    type: {one.name: one for of, one in _LINES if of in (type, "*")} for type in TYPES
}  # each type's by name
