"""An independent validator: a resource against R4's definitions and those of profiles."""

from conformance.validation.fitting import marks, tokens
from conformance.validation.node import Node
from conformance.validation.problem import Problem, errors, told
from conformance.validation.support import Element, must_support
from conformance.validation.validate import against, misshapen, read, validate

__all__ = [
    "Element",
    "Node",
    "Problem",
    "against",
    "errors",
    "marks",
    "misshapen",
    "must_support",
    "read",
    "tokens",
    "told",
    "validate",
]
