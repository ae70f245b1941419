"""The conformance run: our FHIR and PDF files before judges that others wrote."""
