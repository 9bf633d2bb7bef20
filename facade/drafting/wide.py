"""Vital signs, a column each: codes/vitals*.csv says what each column measures, in which unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from facade.drafting.bind import Bound
from facade.drafting.tokens import fold, pieces

#: concept: LOINC code, its name, units by a word in the column's name, and by what the values are at least.
SIGNS: dict[str, tuple[str, str, tuple[tuple[str, str, float], ...]]] = {
    "height": ("8302-2", "Body height", (("cm", "cm", 84), ("in", "[in_i]", 3), ("m", "m", 0))),
    "weight": ("29463-7", "Body weight", (("lb", "[lb_av]", 1e9), ("kg", "kg", 0), ("g", "g", 500))),
    "temperature": ("8310-5", "Body temperature", (("f", "[degF]", 60), ("c", "Cel", 0))),
    "pulse": ("8867-4", "Heart rate", (("", "/min", 0),)),
    "respiration": ("9279-1", "Respiratory rate", (("", "/min", 0),)),
    "saturation": ("2708-6", "Oxygen saturation in Arterial blood", (("", "%", 0),)),
    "bmi": ("39156-5", "Body mass index (BMI) [Ratio]", (("", "kg/m2", 0),)),
    "head": ("9843-4", "Head Occipital-frontal circumference", (("cm", "cm", 25), ("in", "[in_i]", 0))),
    "waist": (
        "8280-0",
        "Waist Circumference at umbilicus by Tape measure",
        (("cm", "cm", 55), ("in", "[in_i]", 0)),
    ),
    "glucose": ("2339-0", "Glucose [Mass/volume] in Blood", (("mg", "mg/dL", 25), ("mmol", "mmol/L", 0))),
}


def signs(bound: Mapping[str, Bound]) -> dict[str, Bound]:
    """The bound columns that measure something, by concept."""
    return {name: bound[name] for name in SIGNS if name in bound}


def unit(name: str, one: Bound) -> str:
    """The UCUM unit that the column's name or its values speak for."""
    units = SIGNS[name][2]
    split = pieces(one.col.name)
    last = split[-1] if split else ""
    whole = fold(one.col.name).lower()
    for word, code, _ in units:
        if word and (word in split or (len(word) > 1 and last.endswith(word)) or whole.endswith("_" + word)):
            return code
    if name == "temperature" and last in ("tempf", "tempc"):
        return "[degF]" if last == "tempf" else "Cel"
    numbers = one.col.evidence.numbers()
    if numbers:
        middle = numbers[len(numbers) // 2]
        best = max((one for one in units if middle >= one[2]), key=lambda one: one[2], default=units[0])
        return best[1]
    usual = {
        "height": "cm",
        "weight": "kg",
        "temperature": "Cel",
        "head": "cm",
        "waist": "cm",
        "glucose": "mg/dL",
    }
    return usual.get(name, units[0][1])


def table(found: Mapping[str, Bound], aliases: Mapping[str, str]) -> str:
    """The text of the concept map."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("column", "code", "system", "display", "unit", "ucum"))
    for name, one in found.items():
        code, display, _ = SIGNS[name]
        ucum = unit(name, one)
        writer.writerow(
            (aliases[name], code, "http://loinc.org", display, ucum.strip("[]").split("_")[0], ucum)
        )
    return out.getvalue()
