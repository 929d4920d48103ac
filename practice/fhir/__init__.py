"""HTTP in, FHIR out."""
