#!/bin/sh
# Runs the portal's tests in headless Chromium on ../../bin/wirehunt.  What is
# missing is installed where that can be done: Node and Chromium by apt as
# root, the packages by npm.  Elsewhere it says so, and that no test ran.
set -eu
cd "$(dirname "$0")"

missing=
command -v npm >/dev/null || missing="$missing npm"
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing="$missing chromium"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing$missing"
	# shellcheck disable=SC2086
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null || true
fi
for program in npm "${CHROMIUM:-/usr/bin/chromium}"; do
	if ! command -v "$program" >/dev/null; then
		echo "SKIP: there is no $program; the portal is not tested in a browser"
		exit 0
	fi
done
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	if ! npm ci --no-audit --no-fund; then
		echo "SKIP: npm ci failed; the portal is not tested in a browser"
		exit 0
	fi
	touch node_modules/.package-lock.json
fi
exec node run.mjs "$@"
