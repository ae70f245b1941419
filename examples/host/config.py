"""The clinic's settings. An environment variable CLINIC_X goes before the X that is here."""

from __future__ import annotations

from datetime import timedelta

# Examples. Patients are told to call these: put the real numbers here.
INTAKE_EMERGENCY_NUMBER = "[emergency number]"
INTAKE_CRISIS_NUMBER = "[crisis number]"
INTAKE_CLINIC_PHONE = "[clinic phone]"
INTAKE_CLINIC_NAME = "Example Clinic"

# One account. Where several people sign in, give each their own: the audit tells them apart.
USER = "clinician"
PASSWORD_HASH = ""  # made by the command hash-password, and best kept in the environment

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
PERMANENT_SESSION_LIFETIME = timedelta(hours=8)  # then clinicians sign in again
