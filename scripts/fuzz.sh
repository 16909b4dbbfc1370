#!/bin/sh
# Runs each fuzz target of the module for the given time (default 30s).
# Go fuzzes one target per run, so they are listed and run one by one.
set -eu
time=${1:-30s}
cd "$(dirname "$0")/.."
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	for target in $(grep -h '^func Fuzz' "$dir"/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/' | sort); do
		echo "$dir $target"
		go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" || exit 1
	done
done
