"""Write ``fhir/intake/questionnaire.json`` from the authored form and the pack's medicines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fhir.intake import urls
from referral.pack import default_folder
from referral.reading import read_tables
from scripts.questionnaire import build

ROOT = Path(__file__).parents[1]
FORM = ROOT / "fhir" / "intake" / "form"
TARGET = ROOT / "fhir" / "intake" / "questionnaire.json"


def medicines() -> list[dict[str, Any]]:
    """Return the pack's medicines by name: RxNorm where verified, else a code of our own."""
    tables, problems = read_tables(default_folder())
    if tables is None or problems:
        raise SystemExit("; ".join(map(str, problems)))
    options = {}
    for drug in (drug for row in tables.drug_class for drug in row.members):
        coded = {"system": urls.RXNORM, "code": drug.rxnorm}
        own = {"code": drug.name.replace(" ", "-")}
        options[drug.name] = {**(coded if drug.rxnorm else own), "en": drug.name}
    return [options[name] for name in sorted(options)]


def render() -> str:
    """Return the Questionnaire as the text of the published file."""
    return json.dumps(build(FORM, medicines()), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the file, or with ``--check`` only tell whether it is current."""
    text = render()
    if "--check" in sys.argv:
        raise SystemExit(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
