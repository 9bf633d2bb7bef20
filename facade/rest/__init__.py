"""HTTP only: requests become searches and reads, stored bytes become answers.

https://hl7.org/fhir/R4/http.html
"""
