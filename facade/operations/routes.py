"""Every operation that is answered, and at which levels.

https://hl7.org/fhir/R4/operationslist.html
"""

from __future__ import annotations

from facade.operations.everything import everything
from facade.operations.lastn import lastn
from facade.operations.meta import meta
from facade.operations.meta_add import meta_add
from facade.operations.meta_delete import meta_delete
from facade.operations.operation import INSTANCE, SYSTEM, TYPE, VERSION, Operation, routes_of
from facade.operations.reindex import reindex
from facade.operations.validate import validate

_CORE = "http://hl7.org/fhir/OperationDefinition/"

OPERATIONS = (
    Operation("meta", f"{_CORE}Resource-meta", meta, (SYSTEM, TYPE, INSTANCE, VERSION)),
    Operation("meta-add", f"{_CORE}Resource-meta-add", meta_add, (INSTANCE,), methods=("POST",), local=True),
    Operation(
        "meta-delete", f"{_CORE}Resource-meta-delete", meta_delete, (INSTANCE,), methods=("POST",), local=True
    ),
    Operation("lastn", f"{_CORE}Observation-lastn", lastn, (TYPE,), frozenset({"Observation"})),
    Operation("reindex", "urn:facade:operation:reindex", reindex, (SYSTEM, TYPE, INSTANCE)),
    Operation(
        "everything", f"{_CORE}Patient-everything", everything, (TYPE, INSTANCE), frozenset({"Patient"})
    ),
    Operation(
        "everything", f"{_CORE}Encounter-everything", everything, (INSTANCE,), frozenset({"Encounter"})
    ),
    Operation("validate", f"{_CORE}Resource-validate", validate, (TYPE, INSTANCE)),
)

OPERATION_ROUTES = routes_of(OPERATIONS)

DECLARED = tuple(operation.declared() for operation in OPERATIONS)
"""What the CapabilityStatement says."""
