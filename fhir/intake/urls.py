"""Addresses of FHIR: standard code systems and extensions, and our own namespace.

Nothing is served under ``BASE``; it only makes names unique.
"""

from __future__ import annotations

from typing import Final

BASE: Final = "https://intake-referral.org/fhir"
UCUM: Final = "http://unitsofmeasure.org"
LOINC: Final = "http://loinc.org"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"

_HL7: Final = "http://hl7.org/fhir/StructureDefinition/"
_SDC: Final = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
TRANSLATION: Final = _HL7 + "translation"
DESIGN_NOTE: Final = _HL7 + "designNote"
ITEM_CONTROL: Final = _HL7 + "questionnaire-itemControl"
UNIT: Final = _HL7 + "questionnaire-unit"
UNIT_OPTION: Final = _HL7 + "questionnaire-unitOption"
MIN_VALUE: Final = _HL7 + "minValue"
MAX_VALUE: Final = _HL7 + "maxValue"
MAX_DECIMAL_PLACES: Final = _HL7 + "maxDecimalPlaces"
SLIDER_STEP: Final = _HL7 + "questionnaire-sliderStepValue"
OPTION_EXCLUSIVE: Final = _HL7 + "questionnaire-optionExclusive"
MAX_OCCURS: Final = _HL7 + "questionnaire-maxOccurs"
CONSTRAINT: Final = _HL7 + "questionnaire-constraint"
TARGET_CONSTRAINT: Final = _HL7 + "targetConstraint"
VARIABLE: Final = _HL7 + "variable"
MIN_OCCURS: Final = _HL7 + "questionnaire-minOccurs"
MIN_LENGTH: Final = _HL7 + "minLength"
REGEX: Final = _HL7 + "regex"
ENTRY_FORMAT: Final = _HL7 + "entryFormat"
HIDDEN: Final = _HL7 + "questionnaire-hidden"
UNIT_VALUE_SET: Final = _HL7 + "questionnaire-unitValueSet"
MIME_TYPE: Final = _HL7 + "mimeType"
MAX_SIZE: Final = _HL7 + "maxSize"
REFERENCE_RESOURCE: Final = _HL7 + "questionnaire-referenceResource"
DISPLAY: Final = _HL7 + "display"
SHORT_TEXT: Final = _SDC + "sdc-questionnaire-shortText"
MIN_QUANTITY: Final = _SDC + "sdc-questionnaire-minQuantity"
MAX_QUANTITY: Final = _SDC + "sdc-questionnaire-maxQuantity"
CALCULATED_EXPRESSION: Final = _SDC + "sdc-questionnaire-calculatedExpression"
INITIAL_EXPRESSION: Final = _SDC + "sdc-questionnaire-initialExpression"
POPULATION_CONTEXT: Final = _SDC + "sdc-questionnaire-itemPopulationContext"
LAUNCH_CONTEXT: Final = _SDC + "sdc-questionnaire-launchContext"
CQF_EXPRESSION: Final = _HL7 + "cqf-expression"
ENABLE_WHEN_EXPRESSION: Final = _SDC + "sdc-questionnaire-enableWhenExpression"
SDC_QUESTIONNAIRE: Final = _SDC + "sdc-questionnaire"
SDC_RESPONSE: Final = _SDC + "sdc-questionnaireresponse"

CONDITION: Final = BASE + "/StructureDefinition/condition"
AUDIENCE: Final = BASE + "/StructureDefinition/audience"
INTERRUPT: Final = BASE + "/StructureDefinition/interrupt"
REGION: Final = BASE + "/StructureDefinition/body-region"

NOT_AFTER_TODAY: Final = "answer.value <= today()"
"""The constraint by which a date question refuses dates in the future."""
