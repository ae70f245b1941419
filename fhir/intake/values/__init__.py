"""Single answers against their questions."""
