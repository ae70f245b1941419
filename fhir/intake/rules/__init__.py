"""The rule pack as FHIR: conditions in FHIRPath, and the resources that hold them."""
