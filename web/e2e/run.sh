#!/bin/sh
# Runs the portal's tests in headless Chromium on ../../bin/wirehunt.  Chromium
# is installed by apt where it is missing and the user is root.  Where npm or
# Chromium are missing it says so, and that no test ran.
set -eu
cd "$(dirname "$0")"

chromium=${CHROMIUM:-/usr/bin/chromium}
if command -v npm >/dev/null && [ ! -x "$chromium" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing chromium"
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true
fi
for program in npm "$chromium"; do
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
