"""An independent validator: a resource against R4's definitions and those of profiles."""

from conformance.validation.problem import Problem, errors
from conformance.validation.validate import validate

__all__ = ["Problem", "errors", "validate"]
