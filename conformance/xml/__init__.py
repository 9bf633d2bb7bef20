"""Resources between FHIR's XML and JSON, by the definitions."""
