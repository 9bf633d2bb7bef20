"""Whether a resource is valid: R4's definitions and invariants, and the profiles that are loaded.

https://hl7.org/fhir/R4/validation.html
"""
