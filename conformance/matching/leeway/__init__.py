"""Whether one value satisfies one alternative, as far as the specification settles it."""

from __future__ import annotations

from conformance.matching.asked import plain
from conformance.matching.expressions import Found
from conformance.matching.leeway import amounts, codes, links, texts, times
from conformance.matching.parameters import Parameter
from conformance.matching.verdict import Verdict

__all__ = ["fits"]


def fits(parameter: Parameter, found: Found, wanted: str, modifier: str, base_url: str) -> Verdict:
    """None where it is left open: by the specification, or because the parameter is not of a usual type."""
    if parameter.code == "phonetic":
        return None
    match parameter.kind:
        case "string":
            return texts.fits(found, plain(wanted), modifier)
        case "token" if modifier in ("", "text", "of-type"):
            return codes.fits(found, wanted, modifier)
        case "date":
            return times.fits(found, plain(wanted))
        case "number" | "quantity":
            return amounts.fits(found, wanted, quantity=parameter.kind == "quantity")
        case "uri":
            return links.fits_uri(found, plain(wanted), modifier)
        case "reference" if modifier == "identifier":
            inner = found.value.get("identifier") if found.type == "Reference" else None
            return inner is not None and codes.fits(Found("Identifier", inner, ""), wanted, "")
        case "reference":
            return links.fits_reference(found, plain(wanted), modifier, base_url, parameter.targets)
    return None
