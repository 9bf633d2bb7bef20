"""What the suite asks, each with its place in the guide.

https://hl7.org/fhir/us/core/
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model import Level, Requirement

_GUIDE = "https://hl7.org/fhir/us/core"
_STATEMENT = f"{_GUIDE}/CapabilityStatement-us-core-server.html"
_GENERAL = f"{_GUIDE}/general-requirements.html"
_SUPPORT = f"{_GUIDE}/must-support.html"


@dataclass(frozen=True, slots=True)
class Both:
    """A requirement that the guide makes at one level for some subjects, and at another for others."""

    shall: Requirement
    should: Requirement

    def at(self, level: Level) -> Requirement:
        return self.shall if level is Level.SHALL else self.should


def _both(id: str, text: str, source: str) -> Both:
    return Both(
        Requirement(f"uscore.{id}", Level.SHALL, text, source),
        Requirement(f"uscore.{id}.should", Level.SHOULD, text, source),
    )


def _shall(id: str, text: str, source: str) -> Requirement:
    return Requirement(f"uscore.{id}", Level.SHALL, text, source)


INSTANTIATES = _shall(
    "statement.instantiates",
    "A server that claims the guide names the guide's statement for servers among instantiates.",
    f"{_GENERAL}#claiming-conformance-to-a-us-core-profile",
)
AT_LEAST = _shall(
    "statement.at-least",
    "A server supports the guide's profile of Patient and at least one more of its profiles.",
    f"{_STATEMENT}#behavior",
)
PROFILE = _shall(
    "statement.profile",
    "A server names the guide's profiles that it supports among supportedProfile of their type.",
    f"{_GENERAL}#claiming-conformance-to-a-us-core-profile",
)
INTERACTION = _both(
    "statement.interaction",
    "A server declares the interactions that the guide asks of the types which it supports.",
    f"{_STATEMENT}#resource-type",
)
OPERATION = _both(
    "operation",
    "The operations that the guide asks are declared, and answer.",
    f"{_STATEMENT}#resource-type",
)
READ = _shall(
    "read", "A resource that a search returned can be read by its id.", f"{_STATEMENT}#resource-type"
)
PARAMETER = _both(
    "search.parameter",
    "A search by a parameter that the guide asks finds the resource that the value is of, and no other's.",
    f"{_STATEMENT}#search-parameters",
)
COMBINED = _both(
    "search.combination",
    "A search by parameters that the guide asks together finds the resource that the values are of.",
    f"{_STATEMENT}#search-parameters",
)
TOKEN_FORMS = _shall(
    "search.token-forms",
    "A server understands a token with its system, and without.",
    f"{_GENERAL}#fhir-restful-search-api-requirements",
)
REFERENCE_FORMS = _shall(
    "search.reference-forms",
    "A server understands a reference as id, and as Type/id.",
    f"{_GENERAL}#fhir-restful-search-api-requirements",
)
COMPARATOR = _both(
    "search.comparator",
    "A server understands the prefixes of dates that the guide's definition of a parameter asks.",
    f"{_GENERAL}#fhir-restful-search-api-requirements",
)
MULTIPLE_OR = _both(
    "search.or",
    "A server understands several values with commas where the guide's definition of a parameter asks it.",
    f"{_GENERAL}#fhir-restful-search-api-requirements",
)
MULTIPLE_AND = _both(
    "search.and",
    "A server understands a parameter given twice where the guide's definition of it asks that.",
    f"{_GENERAL}#fhir-restful-search-api-requirements",
)
PROVENANCE = _both(
    "provenance.revinclude",
    "A search returns the Provenance of what it found when it is asked by _revinclude=Provenance:target.",
    f"{_GUIDE}/basic-provenance.html",
)
VALID = _shall(
    "profile.valid",
    "A resource that is meant for a profile conforms to it.",
    f"{_GENERAL}#claiming-conformance-to-a-us-core-profile",
)
MISSING = _shall(
    "profile.missing-data",
    "A mandatory element for which there is no data says so: data-absent-reason, or the code for unknown.",
    f"{_GENERAL}#missing-data",
)
CLAIMED = _shall(
    "profile.claimed",
    "A profile of the guide that a resource claims in meta.profile is among those that the server declares.",
    f"{_GENERAL}#claiming-conformance-to-a-us-core-profile",
)
META = Requirement(
    "uscore.profile.meta",
    Level.SHOULD,
    "A resource names the guide's profiles that it conforms to in meta.profile.",
    f"{_STATEMENT}#behavior",
)
SUPPORT = _shall(
    "must-support",
    "A server can fill every must-support element of the profiles that it supports.",
    f"{_SUPPORT}#must-support-elements",
)
RESOLVES = Requirement(
    "uscore.reference.resolves",
    Level.SHOULD,
    "A must-support reference to a resource of the server can be read.",
    f"{_STATEMENT}#resource-type",
)
UNAUTHORIZED = _shall(
    "security.unauthorized",
    "A request without the login that the server wants is answered with 401, 403 or 404.",
    f"{_STATEMENT}#security",
)

REQUIREMENTS: tuple[Requirement, ...] = (
    *(
        INSTANTIATES,
        AT_LEAST,
        PROFILE,
        INTERACTION.shall,
        INTERACTION.should,
        OPERATION.shall,
        OPERATION.should,
    ),
    *(READ, PARAMETER.shall, PARAMETER.should, COMBINED.shall, COMBINED.should, TOKEN_FORMS, REFERENCE_FORMS),
    *(COMPARATOR.shall, COMPARATOR.should, MULTIPLE_OR.shall, MULTIPLE_OR.should),
    *(MULTIPLE_AND.shall, MULTIPLE_AND.should, PROVENANCE.shall, PROVENANCE.should),
    *(VALID, MISSING, CLAIMED, META, SUPPORT, RESOLVES, UNAUTHORIZED),
)
