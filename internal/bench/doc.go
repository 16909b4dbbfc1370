// Package bench compares queries with SQL written by hand for the same
// tables: hunts of the project and, where they are at hand, published ones.
// The answers must have as many rows, and how much longer the query takes is
// measured over made-up records; with -runs above 1 the ratios must hold.
//
//	go test ./internal/bench -run 'Ratios|Published' -v -rows 10000000 -runs 5 -bench-db /tmp/bench.db
package bench
