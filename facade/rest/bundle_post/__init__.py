"""batch and transaction: many interactions in one request.

https://hl7.org/fhir/R4/http.html#transaction
"""
