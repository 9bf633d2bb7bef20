"""The simple parameters of an operation: from the URL, a form, or Parameters.

https://hl7.org/fhir/R4/operations.html#request
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from facade.errors import BadRequest
from facade.rest.request.body import parse_resource, read_as
from facade.rest.request.call import Call, Items

MAX_BODY = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


async def simple_items(call: Call) -> Items:
    """Names and values, those of the URL first. Raises what reading a body raises, and BadRequest for a
    parameter that is not simple."""
    items = list(call.items())
    if call.method != "POST":
        return items
    kind = call.header(b"content-type").partition(";")[0].strip().lower()
    if kind in ("", _FORM):
        return items + await call.form()
    parameters = await read_as(call, MAX_BODY, parse_resource)
    if parameters["resourceType"] != "Parameters":
        raise BadRequest("An operation is called with Parameters.", expression="resourceType")
    rows = parameters.get("parameter", [])
    if not isinstance(rows, list):
        raise BadRequest("The parameters are not a list.", expression="Parameters.parameter")
    return items + [_item(row, f"Parameters.parameter[{at}]") for at, row in enumerate(rows)]


def _item(row: Any, place: str) -> tuple[str, str]:
    values = [value for name, value in row.items() if name != "name"] if isinstance(row, Mapping) else []
    if len(values) != 1 or not isinstance(row.get("name"), str):
        raise BadRequest("A parameter has a name and one value.", expression=place)
    value = values[0]
    if isinstance(value, bool):
        return row["name"], "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise BadRequest("The parameters of this operation are simple values.", expression=place)
    return row["name"], str(value)
