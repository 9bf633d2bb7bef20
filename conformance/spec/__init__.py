"""FHIR R4 as data, and the packages of implementation guides read in the same form."""
