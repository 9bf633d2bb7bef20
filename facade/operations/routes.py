"""Every operation that is answered, and at which levels.

https://hl7.org/fhir/R4/operationslist.html
"""

from __future__ import annotations

from facade.operations.meta import meta
from facade.operations.operation import INSTANCE, TYPE, VERSION, Operation, routes_of
from facade.operations.validate import validate

_CORE = "http://hl7.org/fhir/OperationDefinition/"

OPERATIONS = (
    Operation("meta", f"{_CORE}Resource-meta", meta, (INSTANCE, VERSION)),
    Operation("validate", f"{_CORE}Resource-validate", validate, (TYPE, INSTANCE)),
)

OPERATION_ROUTES = routes_of(OPERATIONS)

DECLARED = tuple(operation.declared() for operation in OPERATIONS)
"""What the CapabilityStatement says."""
