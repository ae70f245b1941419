"""Make the pictures of the README: page 1 of the article's case as PNG (needs poppler)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "images"
CASE = ROOT / "examples" / "mark.json"


def main() -> None:
    """Process the case and draw the first page of its PDF."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "intake", "process", str(CASE), "--out", folder]
        subprocess.run([*command, "--on", "2026-11-22"], check=True)  # noqa: S603  # our own command
        draw = ["pdftoppm", "-png", "-r", "96", "-f", "1", "-singlefile"]
        pdf, target = Path(folder) / "summary.pdf", PICTURES / "face-sheet"
        subprocess.run([*draw, str(pdf), str(target)], check=True)  # noqa: S603  # a fixed command


if __name__ == "__main__":
    main()
