"""Answers to urgency and workup, with reasons. Standard library only; no clock, no network."""

from referral.assessing import assess
from referral.assessment import Assessment
from referral.pack import Pack, PackError, load_pack
from referral.questions import Question

__all__ = ["Assessment", "Pack", "PackError", "Question", "assess", "load_pack"]
