"""The form as FHIR: Questionnaire, answers, QuestionnaireResponse, Bundle. R4 (4.0.1)."""
