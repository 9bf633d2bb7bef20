"""Mappings read backwards: which rows of a stream can hold what a search asks for.

https://hl7.org/fhir/R4/search.html
"""
