"""When the care was given that a resource is about: its date parameters, by type.

https://hl7.org/fhir/R4/patient-operation-everything.html

Not when it was recorded, where R4 tells the two apart. A type that is not here has no such date: what holds
on (an allergy, a coverage), and who a person is.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from facade.search.covered import numbers_of_all
from facade.search.model import Statement
from facade.spec import definitions

_DATES = {
    "Account": ("period",),
    "AdverseEvent": ("date",),
    "Appointment": ("date",),
    "AuditEvent": ("date",),
    "Basic": ("created",),
    "CarePlan": ("date",),
    "CareTeam": ("date",),
    "ChargeItem": ("occurrence",),
    "Claim": ("created",),
    "ClaimResponse": ("created",),
    "ClinicalImpression": ("date",),
    "Communication": ("sent", "received"),
    "CommunicationRequest": ("occurrence",),
    "Composition": ("period", "date"),
    "Consent": ("period",),
    "CoverageEligibilityRequest": ("created",),
    "CoverageEligibilityResponse": ("created",),
    "DetectedIssue": ("identified",),
    "DeviceRequest": ("event-date", "authored-on"),
    "DiagnosticReport": ("date",),
    "DocumentManifest": ("created",),
    "DocumentReference": ("period", "date"),
    "Encounter": ("date",),
    "EpisodeOfCare": ("date",),
    "ExplanationOfBenefit": ("created",),
    "Flag": ("date",),
    "ImagingStudy": ("started",),
    "Immunization": ("date",),
    "ImmunizationEvaluation": ("date",),
    "ImmunizationRecommendation": ("date",),
    "Invoice": ("date",),
    "List": ("date",),
    "MeasureReport": ("period", "date"),
    "Media": ("created",),
    "MedicationAdministration": ("effective-time",),
    "MedicationDispense": ("whenhandedover", "whenprepared"),
    "MedicationRequest": ("date", "authoredon"),
    "MedicationStatement": ("effective",),
    "NutritionOrder": ("datetime",),
    "Observation": ("date",),
    "Procedure": ("date",),
    "Provenance": ("when",),
    "QuestionnaireResponse": ("authored",),
    "RequestGroup": ("authored",),
    "ResearchSubject": ("date",),
    "RiskAssessment": ("date",),
    "Schedule": ("date",),
    "ServiceRequest": ("occurrence", "authored"),
    "Specimen": ("collected",),
    "SupplyRequest": ("date",),
    "VisionPrescription": ("datewritten",),
}
_LASTING = {"Condition": ("onset-date", "abatement-date"), "Goal": ("start-date", "target-date")}
"""Types that tell by two parameters since when and until when."""


def care_dates(type: str) -> tuple[str, ...]:
    """The parameters of a type, one of whose dates must lie in a range; none if it has no such date."""
    return _DATES.get(type, ())


def lasting(type: str) -> tuple[str, str] | None:
    """The parameters of a type by which it must not begin after a range, nor end before it."""
    return _LASTING.get(type)


def care_test(low: int | None, high: int | None) -> Statement:
    """Whether the resource `r` is about care in [low, high), in microseconds; what has no date is."""
    span: list[str] = []
    bounds: list[Any] = []
    if high is not None:
        span.append("i.low<?")
        bounds.append(high)
    if low is not None:
        span.append("i.high>?")
        bounds.append(low)
    of = f"SELECT 1 FROM index_date i WHERE i.rid=r.rid AND i.param IN ({_numbers()})"  # noqa: S608
    sql = f"(NOT EXISTS ({of}) OR EXISTS ({of} AND {' AND '.join(span)}))"
    first, last = _ends()
    ended: list[str] = []
    if high is not None:
        ended.append(f"(i.param IN ({first}) AND i.low>=?)")
    if low is not None:
        ended.append(f"(i.param IN ({last}) AND i.high<=?)")
    sql += (
        " AND NOT EXISTS (SELECT 1 FROM index_date i WHERE i.rid=r.rid "  # noqa: S608
        f"AND ({' OR '.join(ended)}))"
    )
    return sql, (*bounds, *bounds)


@cache
def _numbers() -> str:
    return _listed((type, code) for type, codes in _DATES.items() for code in codes)


@cache
def _ends() -> tuple[str, str]:
    first = _listed((type, codes[0]) for type, codes in _LASTING.items())
    return first, _listed((type, codes[1]) for type, codes in _LASTING.items())


def _listed(parameters: Any) -> str:
    found = numbers_of_all(definitions.search_parameters(type)[code] for type, code in parameters)
    return ",".join(map(str, found))
