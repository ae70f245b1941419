#!/usr/bin/env bash
# Compile intake/web/static/intake.css from scripts/css and the components of nhsuk-frontend.
# Needs node and npm. The result is committed: only a change of the style needs this script.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/../intake/web/static/intake.css
packages=(nhsuk-frontend@10.6.1 sass@1.108.2 postcss@8.5.33)

if ! command -v npm >/dev/null; then
  echo "build_css.sh: npm is not installed; the style can not be compiled" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm install --prefix "$work" --no-save --no-package-lock --ignore-scripts \
  --no-audit --no-fund --silent "${packages[@]}"

"$work/node_modules/.bin/sass" --style=compressed --no-charset --no-source-map \
  --load-path="$work/node_modules/nhsuk-frontend/dist/nhsuk" \
  "$here/css/intake.scss" "$work/compiled.css"

cp "$here/css/finish.mjs" "$work/finish.mjs" # beside node_modules, where it finds postcss
node "$work/finish.mjs" "$work/compiled.css" >"$work/intake.css"
mkdir -p "$(dirname "$target")"
cp "$work/intake.css" "$target"
echo "intake/web/static/intake.css: $(wc -c <"$target") bytes, $(gzip -9c "$target" | wc -c) gzipped"
