"""Operations: what FHIR calls by a name that begins with `$`.

https://hl7.org/fhir/R4/operations.html
"""
