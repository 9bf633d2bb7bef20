"""The generated data as the rest of the house reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from facade.spec import definitions
from facade.spec.definitions import STRIDE


def test_the_types_that_can_be_served() -> None:
    types = definitions.resource_types()
    assert len(types) == 146
    assert {"Patient", "Binary", "Bundle", "Parameters"} <= types
    assert not types & {"Resource", "DomainResource", "MetadataResource", "HumanName", "SimpleQuantity"}


def test_an_element_tells_all_that_a_mapping_needs() -> None:
    gender = definitions.elements("Patient")["gender"]
    assert (gender.types, gender.min, gender.max, gender.path) == (("code",), 0, 1, "code")
    assert gender.binding == "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert gender.codes == frozenset({"male", "female", "other", "unknown"})
    assert gender.summary and not gender.modifier
    assert definitions.elements("Patient")["active"].modifier
    assert definitions.elements("Patient")["name"].max is None
    assert definitions.elements("Observation")["status"].min == 1


def test_elements_are_in_the_order_of_fhir() -> None:
    assert list(definitions.elements("Period")) == ["id", "extension", "start", "end"]


def test_backbones_and_shared_backbones_have_paths() -> None:
    assert definitions.elements("Patient")["contact"].path == "Patient.contact"
    assert definitions.elements("Patient.contact")["name"].path == "HumanName"
    assert definitions.elements("Timing")["repeat"].path == "Timing.repeat"
    link = definitions.elements("Bundle.entry")["link"]
    assert (link.types, link.path, link.max) == (("BackboneElement",), "Bundle.link", None)


def test_a_choice_is_one_element_for_each_type() -> None:
    values = [e for e in definitions.elements("Observation").values() if e.choice == "value"]
    assert [e.name for e in values][:3] == ["valueQuantity", "valueCodeableConcept", "valueString"]
    assert len(values) == 11
    medication = definitions.elements("MedicationRequest")["medicationReference"]
    assert (medication.choice, medication.min, medication.targets) == ("medication", 1, ("Medication",))
    assert len([e for e in definitions.elements("Extension").values() if e.choice == "value"]) == 50


def test_reference_targets() -> None:
    assert definitions.elements("Patient")["generalPractitioner"].targets == (
        "Organization",
        "Practitioner",
        "PractitionerRole",
    )
    assert definitions.elements("Provenance")["target"].targets == ()  # Reference(Any)


def test_a_resource_id_is_an_id_and_an_element_id_a_string() -> None:
    assert definitions.elements("Patient")["id"].type == "id"
    assert definitions.elements("HumanName")["id"].type == "string"
    assert definitions.elements("Extension")["url"].type == "uri"


def test_an_unknown_path_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"R4 has no type or element 'Patient\.nam'"):
        definitions.elements("Patient.nam")


def test_primitives() -> None:
    assert definitions.is_primitive("positiveInt")
    assert not definitions.is_primitive("Quantity")
    assert not definitions.is_primitive("nonsense")
    assert definitions.primitive_pattern("id") == r"[A-Za-z0-9\-\.]{1,64}"
    assert definitions.ancestors("Patient") == ("DomainResource", "Resource")
    assert definitions.ancestors("Bundle") == ("Resource",)


def test_value_sets_with_several_systems_nested_concepts_and_no_end() -> None:
    timing = definitions.value_set("http://hl7.org/fhir/ValueSet/event-timing")
    assert timing is not None and len(timing) == 2
    equivalence = definitions.elements("ConceptMap.group.element.target")["equivalence"].codes
    assert equivalence is not None and {"relatedto", "equivalent", "equal"} <= equivalence
    content_type = definitions.elements("Attachment")["contentType"]
    assert content_type.binding is not None and content_type.codes is None
    unknown = definitions.elements("MolecularSequence.structureVariant")["variantType"]
    assert unknown.binding is not None and definitions.value_set(unknown.binding) is None


def test_the_search_parameters_of_a_type_with_the_inherited_ones() -> None:
    parameters = definitions.search_parameters("Patient")
    assert {"family", "birthdate", "_id", "_lastUpdated", "_text"} <= parameters.keys()
    assert list(parameters) == sorted(parameters)
    assert "_text" not in definitions.search_parameters("Binary")  # a Resource, not a DomainResource
    birthdate = parameters["birthdate"]
    assert birthdate.expression == "Patient.birthDate"  # of five branches
    assert birthdate.description == "The patient's date of birth"
    assert birthdate.comparators == ("eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap")
    assert parameters["_id"].expression == "Patient.id"
    assert parameters["_text"].expression is None
    assert parameters["name"].modifiers == ("missing", "exact", "contains")
    assert definitions.search_parameters("RiskAssessment")["date"].expression == (
        "(RiskAssessment.occurrence as dateTime)"
    )
    assert definitions.search_parameters("InsurancePlan")["name"].expression == (
        "InsurancePlan.name | InsurancePlan.alias"
    )
    assert set(parameters["general-practitioner"].targets) == {
        "Practitioner",
        "Organization",
        "PractitionerRole",
    }


def test_a_composite_names_its_parts() -> None:
    parameter = definitions.search_parameters("Observation")["code-value-quantity"]
    assert parameter.kind == "composite" and not parameter.multiple_or
    assert [(c.code, c.expression) for c in parameter.components] == [
        ("code", "code"),
        ("value-quantity", "value.as(Quantity)"),
    ]


def test_numbers_are_unique_and_never_change() -> None:
    every = [p for t in definitions.resource_types() for p in definitions.search_parameters(t).values()]
    assert len(every) == 3008
    assert len({p.number for p in every}) == 3008
    assert (
        max(len(definitions.search_parameters(t)) for t in definitions.resource_types()) == 47 < 150 < STRIDE
    )
    # written into every store that exists: a failure here means that stores must be indexed anew
    assert definitions.search_parameters("Account")["_content"].number == 0
    assert definitions.search_parameters("Patient")["_id"].number == 20401
    assert definitions.search_parameters("Patient")["family"].number == 20420
    assert definitions.search_parameters("VisionPrescription")["status"].number == 29014


def test_counts_of_the_official_registry() -> None:
    every = {p.url for t in definitions.resource_types() for p in definitions.search_parameters(t).values()}
    assert len(every) == 1375  # the package has 1400: the others are examples, of extensions, or _filter


@pytest.mark.parametrize(
    ("type", "codes"),
    [
        (
            "Patient",
            "active address address-city address-country address-postalcode address-state address-use "
            "birthdate death-date deceased email family gender general-practitioner given identifier "
            "language link name organization phone phonetic telecom",
        ),
        (
            "Appointment",
            "actor appointment-type based-on date identifier location part-status patient "
            "practitioner reason-code reason-reference service-category service-type slot specialty status "
            "supporting-info",
        ),
        ("Schedule", "active actor date identifier service-category service-type specialty"),
        ("Binary", ""),
    ],
)
def test_a_types_own_parameters_are_those_on_its_page(type: str, codes: str) -> None:
    """https://hl7.org/fhir/R4/patient.html#search and so on"""
    assert [c for c in definitions.search_parameters(type) if not c.startswith("_")] == codes.split()


@pytest.mark.parametrize("name", ["Patient", "Encounter", "Practitioner", "RelatedPerson", "Device"])
def test_compartments_name_parameters_that_exist(name: str) -> None:
    for type, codes in definitions.compartment(name).items():
        assert set(codes) <= definitions.search_parameters(type).keys()


def test_the_patient_compartment() -> None:
    compartment = definitions.compartment("Patient")
    assert len(compartment) == 66
    assert compartment["Observation"] == ("subject", "performer")
    assert compartment["Patient"] == ("link",)
    assert "Practitioner" not in compartment
    with pytest.raises(KeyError):
        definitions.compartment("Organization")


def test_every_name_is_reachable() -> None:
    for path in definitions._load("elements.json"):
        for element in definitions.elements(path).values():
            assert definitions.has_elements(element.path) or definitions.is_primitive(element.path)
            assert set(element.targets) <= definitions.resource_types()


def test_the_data_are_small() -> None:
    """They are read at each start."""
    assert sum(file.stat().st_size for file in definitions._DATA.glob("*.json")) < 2_000_000


def test_importing_definitions_brings_no_models() -> None:
    code = "import sys; from facade.spec import definitions; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
