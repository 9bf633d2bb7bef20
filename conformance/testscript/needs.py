"""What a script needs of a server, against what the server declares.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.metadata.capability
"""

from __future__ import annotations

from typing import Any

from conformance.statement import DeclaredType, Statement, dicts, parse_statement
from conformance.testscript.library import Library
from conformance.testscript.operation import METHODS, code_of
from conformance.testscript.problems import ScriptError
from conformance.testscript.reading import actions

Json = dict[str, Any]
_SYSTEM = ("batch", "transaction")
_OTHERWISE = {"updateCreate": "update", "deleteCondSingle": "delete", "deleteCondMultiple": "delete"}


def undeclared(script: Json, library: Library, name: str, declared: Statement) -> list[str]:
    """What the statements that the script requires have, and the server does not declare.

    A statement that is not beside the script cannot be compared; `unused` looks at the operations instead.
    """
    missing: list[str] = []
    metadata = script.get("metadata")
    for one in dicts(metadata.get("capability")) if isinstance(metadata, dict) else []:
        if one.get("required") is not True:
            continue
        try:
            wanted = library.find(str(one.get("capabilities")), script, name)
        except ScriptError:
            continue
        missing += _lacking(parse_statement(wanted), declared)
    return list(dict.fromkeys(missing))


def unused(part: Any, declared: Statement) -> list[str]:
    """What the operations of a part use, and the server does not declare."""
    missing: list[str] = []
    for kind, one in actions(part):
        type, code = one.get("resource"), code_of(one)
        if kind != "operation" or "url" in one or code in ("", "capabilities"):
            continue
        if code in _SYSTEM:
            if code not in declared.interactions:
                missing.append(code)
        elif isinstance(type, str):
            found = declared.types.get(type)
            if found is None or not _does(found, code, declared):
                missing.append(f"{code} of {type}")
    return list(dict.fromkeys(missing))


def _does(type: DeclaredType, code: str, declared: Statement) -> bool:
    if code not in METHODS:
        return any(name == code for name, _ in (*type.operations, *declared.operations))
    wanted = {"search": "search-type", "history": "history-"}.get(code, _OTHERWISE.get(code, code))
    return any(
        each == wanted or (wanted.endswith("-") and each.startswith(wanted)) for each in type.interactions
    )


def _lacking(wanted: Statement, declared: Statement) -> list[str]:
    missing = sorted(wanted.interactions - declared.interactions)
    for name, one in wanted.types.items():
        here = declared.types.get(name)
        if here is None:
            missing.append(name)
            continue
        missing += [f"{each} of {name}" for each in sorted(one.interactions - here.interactions)]
        missing += [f"{name}?{each}" for each in one.parameters if each not in here.parameters]
    return missing
