#!/bin/sh
# Runs each fuzz target of the module for the given time (default 30s).
# Go fuzzes one target per run, so they are listed and run one by one.  On a
# busy machine a run can end with "context deadline exceeded" although nothing
# was found (golang.org/issue/56238); such a target is run once more.
set -u
time=${1:-30s}
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
run() { go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" >"$out" 2>&1; }
failed=0
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	for target in $(grep -h '^func Fuzz' "$dir"/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/' | sort); do
		if run "$dir" "$target" || { grep -q 'context deadline exceeded' "$out" && ! grep -q 'Failing input' "$out" && run "$dir" "$target"; }; then
			echo "ok   $dir $target $(grep -o 'execs: [0-9]*' "$out" | tail -1)"
		else
			echo "FAIL $dir $target"
			cat "$out"
			failed=1
		fi
	done
done
exit $failed
