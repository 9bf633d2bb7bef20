"""R4's invariants that are cheap to check and that data from a legacy system breaks, written by hand.

https://hl7.org/fhir/R4/conformance-rules.html#constraints

Keyed by type or backbone path. A rule takes the object and gives None, or the path below it and what the rule
asks. Only constraints that R4 marks as errors are here: a warning, such as con-3, must not stop a resource.
Rules look at objects that may be malformed in other ways, so they trust no type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

Fault = tuple[str, str] | None
Rule = Callable[[dict[str, Any]], Fault]

UCUM = "http://unitsofmeasure.org"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def _needs(name: str, *others: str, rule: str) -> Rule:
    """If `name` is present, one of `others` must be."""
    text = f"{rule}: {name} needs {' or '.join(others)}"
    names = _with_companions(others)
    return lambda value: (f".{name}", text) if name in value and names.isdisjoint(value) else None


def _one_of(*names: str, rule: str) -> Rule:
    """At least one must be present."""
    text = f"{rule}: one of {', '.join(names)} is needed"
    wanted = _with_companions(names)
    return lambda value: ("", text) if wanted.isdisjoint(value) else None


def _with_companions(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form for name in names for form in (name, "_" + name))


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """The objects of an array, or the object itself."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _codings(concept: object) -> set[tuple[Any, Any]]:
    """System and code of a CodeableConcept's codings."""
    found = set()
    for item in _objects(concept):
        for coding in _objects(item.get("coding")):
            system, code = coding.get("system"), coding.get("code")
            if isinstance(system, str | None) and isinstance(code, str):
                found.add((system, code))
    return found


def _typed(value: dict[str, Any], choice: str) -> bool:
    """Whether a choice element has a value: `onset` for onsetDateTime or _onsetString."""
    size = len(choice)
    for name in value:
        bare = str(name).removeprefix("_")
        if bare.startswith(choice) and bare[size : size + 1].isupper():
            return True
    return False


def _number(value: object) -> Decimal | int | None:
    """A number that can be compared."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return value if isinstance(value, int) else None


def _extension(value: dict[str, Any]) -> Fault:
    has_value = _typed(value, "value")
    if has_value == ("extension" in value):
        return "", "ext-1: an extension has either extensions or a value"
    return None


def _period(value: dict[str, Any]) -> Fault:
    start, end = value.get("start"), value.get("end")
    if isinstance(start, str) and isinstance(end, str) and is_after(start, end):
        return "", "per-1: a period must start before it ends"
    return None


def is_after(first: str, second: str) -> bool:
    """Whether one date or dateTime is surely later than another; as far as both say, if one says less."""
    if len(first) > 10 and len(second) > 10:
        try:
            return datetime.fromisoformat(first) > datetime.fromisoformat(second)
        except (ValueError, TypeError):  # malformed, which is told elsewhere; or a leap second
            return False
    common = min(len(first), len(second), 10)
    return first[:common] > second[:common]


def _range(value: dict[str, Any]) -> Fault:
    low, high = value.get("low"), value.get("high")
    if isinstance(low, dict) and isinstance(high, dict) and low.get("code") == high.get("code"):
        first, second = _number(low.get("value")), _number(high.get("value"))
        if first is not None and second is not None and first > second:
            return "", "rng-2: low must not be higher than high"
    return None


def _ratio(value: dict[str, Any]) -> Fault:
    if ("numerator" in value) != ("denominator" in value):
        return "", "rat-1: numerator and denominator stand together"
    return None


def _duration(value: dict[str, Any]) -> Fault:
    if "code" in value and (value.get("system") != UCUM or "value" not in value):
        return "", "drt-1: a duration with a code has a value, and UCUM as its system"
    return None


def _age(value: dict[str, Any]) -> Fault:
    number = _number(value.get("value"))
    if "value" in value and "code" not in value:
        return ".code", "age-1: an age with a value has a code"
    if "system" in value and value["system"] != UCUM:
        return ".system", "age-1: an age's system is UCUM"
    if number is not None and number <= 0:
        return ".value", "age-1: an age is positive"
    return None


def _not_negative(name: str, rule: str) -> Rule:
    def check(value: dict[str, Any]) -> Fault:
        number = _number(value.get(name))
        if number is not None and number < 0:
            return f".{name}", f"{rule}: {name} must not be negative"
        return None

    return check


def _offset(value: dict[str, Any]) -> Fault:
    when = value.get("when")
    meals = isinstance(when, list) and any(code in ("C", "CM", "CD", "CV") for code in when)
    if "offset" in value and (not when or meals):
        return ".offset", "tim-9: an offset needs a when that is not C, CM, CD or CV"
    return None


def _time_of_day(value: dict[str, Any]) -> Fault:
    if "timeOfDay" in value and "when" in value:
        return ".timeOfDay", "tim-10: timeOfDay and when exclude each other"
    return None


def _not_at_home(name: str, rule: str) -> Rule:
    def check(value: dict[str, Any]) -> Fault:
        if any(item.get("use") == "home" for item in _objects(value.get(name))):
            return f".{name}", f"{rule}: an organization has no {name} of use home"
        return None

    return check


def _abated(value: dict[str, Any]) -> Fault:
    done = {(CONDITION_CLINICAL, code) for code in ("inactive", "resolved", "remission")}
    if _typed(value, "abatement") and not done & _codings(value.get("clinicalStatus")):
        return ".clinicalStatus", "con-4: an abated condition is inactive, resolved or in remission"
    return None


def _in_error(system: str, rule: str) -> Rule:
    def check(value: dict[str, Any]) -> Fault:
        if "clinicalStatus" in value and (system, "entered-in-error") in _codings(
            value.get("verificationStatus")
        ):
            return ".clinicalStatus", f"{rule}: what was entered in error has no clinicalStatus"
        return None

    return check


def _allergy_status(value: dict[str, Any]) -> Fault:
    in_error = (ALLERGY_VERIFICATION, "entered-in-error")
    if "clinicalStatus" not in value and in_error not in _codings(value.get("verificationStatus")):
        return ".clinicalStatus", "ait-1: clinicalStatus is needed unless entered in error"
    return None


def _absent_reason(value: dict[str, Any]) -> Fault:
    if "dataAbsentReason" in value and _typed(value, "value"):
        return ".dataAbsentReason", "obs-6: dataAbsentReason stands only without a value"
    return None


def _component_code(value: dict[str, Any]) -> Fault:
    if "component" in value and _typed(value, "value"):
        own = _codings(value.get("code"))
        if any(own & _codings(component.get("code")) for component in _objects(value["component"])):
            return ".value", "obs-7: with a component of the observation's own code, the value stands there"
    return None


def _start_and_end(value: dict[str, Any]) -> Fault:
    start, end = ("start" in value or "_start" in value), ("end" in value or "_end" in value)
    if start != end:
        return "", "app-2: start and end are given both or neither"
    if not start and value.get("status") not in ("proposed", "cancelled", "waitlist"):
        return "", "app-3: only an appointment proposed, cancelled or wait-listed lacks start and end"
    return None


def _cancelled(value: dict[str, Any]) -> Fault:
    if "cancelationReason" in value and value.get("status") not in ("noshow", "cancelled"):
        return ".cancelationReason", "app-4: cancelationReason is for appointments cancelled or noshow"
    return None


INVARIANTS: Mapping[str, tuple[Rule, ...]] = {
    "Age": (_age,),
    "AllergyIntolerance": (_allergy_status, _in_error(ALLERGY_VERIFICATION, "ait-2")),
    "Appointment": (_start_and_end, _cancelled),
    "Appointment.participant": (_one_of("type", "actor", rule="app-1"),),
    "Attachment": (_needs("data", "contentType", rule="att-1"),),
    "Condition": (_abated, _in_error(CONDITION_VERIFICATION, "con-5")),
    "Condition.evidence": (_one_of("code", "detail", rule="con-2"),),
    "Condition.stage": (_one_of("summary", "assessment", rule="con-1"),),
    "ContactPoint": (_needs("value", "system", rule="cpt-2"),),
    "Duration": (_duration,),
    "Extension": (_extension,),
    "Immunization.education": (_one_of("documentType", "reference", rule="imm-1"),),
    "Observation": (_absent_reason, _component_code),
    "Observation.referenceRange": (_one_of("low", "high", "text", rule="obs-3"),),
    "Organization": (
        _one_of("name", "identifier", rule="org-1"),
        _not_at_home("address", "org-2"),
        _not_at_home("telecom", "org-3"),
    ),
    "Patient.contact": (_one_of("name", "telecom", "address", "organization", rule="pat-1"),),
    "Period": (_period,),
    "Quantity": (_needs("code", "system", rule="qty-3"),),
    "Range": (_range,),
    "Ratio": (_ratio,),
    "ServiceRequest": (_needs("orderDetail", "code", rule="prr-1"),),
    "Timing.repeat": (
        _needs("duration", "durationUnit", rule="tim-1"),
        _needs("period", "periodUnit", rule="tim-2"),
        _not_negative("duration", "tim-4"),
        _not_negative("period", "tim-5"),
        _needs("periodMax", "period", rule="tim-6"),
        _needs("durationMax", "duration", rule="tim-7"),
        _needs("countMax", "count", rule="tim-8"),
        _offset,
        _time_of_day,
    ),
}
