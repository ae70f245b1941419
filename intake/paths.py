"""Where the templates are: beside the packages in a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
TEMPLATES: Final = next(
    (folder for folder in (HERE / "templates", HERE.parent / "templates") if folder.is_dir()),
    HERE / "templates",
)
"""The folder of the page and PDF templates."""
