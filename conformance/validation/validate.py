"""A resource against R4, and against a profile.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from typing import Any

from conformance.spec.definitions import Definitions
from conformance.validation.library import library
from conformance.validation.node import Node
from conformance.validation.problem import Problem
from conformance.validation.reading import Reader
from conformance.validation.rules import Rules


def validate(resource: Any, definitions: Definitions, *profiles: str) -> list[Problem]:
    """What is wrong with a resource (plain JSON, decimals as Decimal), by R4 and by each of the profiles.

    A profile is a canonical URL, or the name of a type. One that is not among the definitions is `unjudged`.
    """
    known = library(definitions)
    reader = Reader(known)
    node = reader.resource(resource)
    if node is None:
        return reader.problems
    rules = Rules(known, node)
    rules.core(node)
    for url in profiles:
        profile = known.profile(url)
        if profile is None:
            rules.problems.setdefault(
                Problem("unjudged", node.place, f"no definition of {url} is here", "profile")
            )
        elif not profile.is_core or profile.type != node.type:
            rules.profile(node, profile)
    return [*reader.problems, *rules.problems]


def read(resource: Any, definitions: Definitions) -> Node | None:
    """The elements of a resource that can be read; None if it is no resource of R4."""
    return Reader(library(definitions)).resource(resource)


def misshapen(resource: Any, definitions: Definitions) -> bool:
    """Whether no sense can be made of it: no resource of R4, or with a string where an object should be."""
    reader = Reader(library(definitions))
    return reader.resource(resource) is None or reader.misshapen


def against(node: Node, definitions: Definitions, url: str) -> list[Problem]:
    """What is wrong by a profile alone, of which there must be a definition; R4's own rules are left out."""
    known = library(definitions)
    rules = Rules(known, node)
    if (profile := known.profile(url)) is not None:
        rules.profile(node, profile)
    return list(rules.problems)
