"""The clinician intake and referral plugin for Flask."""
