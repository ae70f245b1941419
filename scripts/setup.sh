#!/usr/bin/env bash
# Usage: scripts/setup.sh [--dev]
# Makes .venv with the locked packages and this project, and installs the system packages that are
# missing where it may. Needs nothing but Python >= 3.11; a second run only checks. PYTHON=... picks
# the interpreter.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root_dir=$(pwd -P)
venv=$root_dir/.venv
lock=base
[ "${1:-}" != --dev ] || lock=dev
apt_updated=no

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

is_supported() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

choose_python() {
  if [ -n "${PYTHON:-}" ]; then
    is_supported "$PYTHON" || die "PYTHON=$PYTHON is not a working Python 3.11 or newer."
    echo "$PYTHON"
    return
  fi
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    # A version manager's shim can exist and still fail, so each candidate is run.
    if is_supported "$name"; then echo "$name"; return; fi
  done
  die "no Python 3.11 or newer was found; install one or name it with PYTHON=/path/to/python3."
}

apt_install() { # returns non-zero when apt, the right to use it, or a package is not to be had
  local as_root=(env)
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n env)
  fi
  as_root+=(DEBIAN_FRONTEND=noninteractive apt-get -qq -y)
  as_root+=(-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  say "Installing system packages: $*"
  if [ "$apt_updated" = no ]; then
    "${as_root[@]}" update </dev/null >&2 || say "warning: apt-get update failed; using old lists."
    apt_updated=yes
  fi
  "${as_root[@]}" install --no-install-recommends "$@" </dev/null >&2
}

apt_command() { echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"; }

has_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

require_venv_module() {
  local package
  has_venv "$1" && return
  # Debian and Ubuntu package the module once for each Python version.
  package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  apt_install "$package" || true
  has_venv "$1" || die "this Python has no venv module; run: $(apt_command "$package")"
}

missing_pdf_packages() {
  local libraries entry
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  for entry in libpango-1.0.so.0=libpango-1.0-0 libpangoft2-1.0.so.0=libpangoft2-1.0-0 \
    libharfbuzz-subset.so.0=libharfbuzz-subset0; do
    [[ $libraries == *"${entry%%=*}"* ]] || echo "${entry#*=}"
  done
  command -v fc-list >/dev/null || echo fontconfig
  for entry in "DejaVu Sans=fonts-dejavu-core" "Noto Sans=fonts-noto-core" \
    "Noto Color Emoji=fonts-noto-color-emoji"; do
    [ -n "$(fc-list "${entry%%=*}" family 2>/dev/null)" ] || echo "${entry#*=}"
  done
}

missing_test_packages() {
  { command -v pdftotext && command -v pdftoppm; } >/dev/null || echo poppler-utils
  command -v qpdf >/dev/null || echo qpdf
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
}

explain_pdf_packages() {
  say "note: missing for the PDF: $*"
  say "  Debian, Ubuntu: $(apt_command "$*")"
  say "  macOS:          brew install pango"
  say "  Windows:        pacman -S mingw-w64-ucrt-x86_64-pango (in MSYS2), then"
  say '                  set WEASYPRINT_DLL_DIRECTORIES=C:\msys64\ucrt64\bin'
  say "  All but the PDF works without the libraries; without the fonts its letters may look wrong."
}

explain_test_packages() {
  say "note: the tests that look at PDFs and pages with these tools are skipped: $*"
  say "  Debian, Ubuntu: $(apt_command "$*")"
  say "  macOS:          brew install poppler qpdf; brew install --cask chromium"
}

install_missing() { # $1: pdf or test
  local packages
  [ "$1" != pdf ] || ! weasyprint_works_elsewhere || return 0
  read -ra packages <<<"$("missing_$1_packages" | tr '\n' ' ')"
  [ "${#packages[@]}" -gt 0 ] || return 0
  apt_install "${packages[@]}" || "explain_$1_packages" "${packages[@]}"
}

# Only Linux lists its libraries with ldconfig; elsewhere WeasyPrint itself is asked.
weasyprint_works_elsewhere() {
  [ "$(uname -s)" != Linux ] && "$venv/bin/python" -c 'import weasyprint' >/dev/null 2>&1
}

venv_is_usable() { # made here (its scripts hold this path) and by the Python asked for
  local version='import sys; print(sys.version_info[:3])' wanted
  grep -qsF "$venv" "$venv/bin/activate" || return 1
  is_supported "$venv/bin/python" || return 1
  # After an upgrade of the system's Python, the link leads to one that finds no packages here.
  [ -n "$("$venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("pip") or "")')" ] ||
    return 1
  [ -n "${PYTHON:-}" ] || return 0
  wanted=$("$PYTHON" -c "$version" 2>/dev/null) || return 1
  [ "$wanted" = "$("$venv/bin/python" -c "$version")" ]
}

make_venv() {
  local python
  venv_is_usable && return
  python=$(choose_python)
  require_venv_module "$python"
  say "Making .venv with $("$python" --version)"
  "$python" -m venv --clear "$venv"
}

stamp_text() { # $1: base or dev
  "$venv/bin/python" -c 'import hashlib, pathlib, sys
print(hashlib.sha256(b"".join(pathlib.Path(p).read_bytes() for p in sys.argv[1:])).hexdigest())' \
    "requirements/$1.txt" pyproject.toml
}

is_installed() { # $1: base or dev
  [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(stamp_text "$1")" ]
}

install_locked() {
  is_installed "$lock" && return
  # The development lock holds every runtime package too, at the same version.
  [ "$lock" = base ] && is_installed dev && return
  local pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
  say "Installing the packages of requirements/$lock.txt"
  rm -f "$venv"/.installed-*
  "${pip[@]}" install --require-hashes -r "requirements/$lock.txt"
  # Quieter still: every editable install warns that the working directory shadows it, as it should.
  "${pip[@]}" --quiet install --no-deps --no-build-isolation -e .
  stamp_text "$lock" >"$venv/.installed-$lock"
}

make_venv
install_locked
install_missing pdf
[ "$lock" != dev ] || install_missing test
