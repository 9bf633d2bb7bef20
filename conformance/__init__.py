"""A black-box kit that judges any FHIR R4 server by its answers: `python -m conformance BASE_URL`."""
