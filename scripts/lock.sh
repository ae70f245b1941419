#!/usr/bin/env bash
# Usage: scripts/lock.sh [pip-compile options, such as --upgrade]
# Writes requirements/base.txt and dev.txt from pyproject.toml, with hashes.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CUSTOM_COMPILE_COMMAND="make lock"

# setup.sh installs the project without build isolation, so the build backend is locked as well.
requirements() { # $@: the dependency groups
  .venv/bin/python - "$@" <<'PYTHON'
import pathlib, sys, tomllib

project = tomllib.loads(pathlib.Path("pyproject.toml").read_text(encoding="utf-8"))
lines = project["build-system"]["requires"] + project["project"]["dependencies"]
for group in sys.argv[1:]:
    lines += project["dependency-groups"][group]
print(*lines, sep="\n")
PYTHON
}

compile() {
  .venv/bin/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" -
}

requirements | compile "$@" --output-file requirements/base.txt
requirements dev |
  compile "$@" --constraint requirements/base.txt --output-file requirements/dev.txt
