"""The practice service: FHIR R4 over HTTPS, for the desk and for patients."""
