#!/usr/bin/env bash
# Usage: scripts/check-hosts.sh FILE...
# Fails when a file names a package registry: each machine's own settings say where packages are.
set -euo pipefail

hosts='(pypi|pythonhosted|crates)[.](org|io)|npmjs[.](org|com)|(deb|security)[.]debian[.]org'
hosts+='|(archive|security)[.]ubuntu[.]com|(repo1|repo)[.]maven|proxy[.]golang'
options='(^|[[:space:]])(--index-url|--extra-index-url|--trusted-host|--find-links)[ =]'

[ "$#" -gt 0 ] || exit 0
if grep -nHIsE -e "$hosts" -e "$options" -- "$@"; then
  echo "error: the lines above name a package registry." >&2
  exit 1
fi
