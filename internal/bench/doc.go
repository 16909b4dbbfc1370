// Package bench compares queries with SQL written by hand for the same
// tables: hunts of the project and, where they are at hand, published ones.
// The answers must have as many rows, and how much longer the query takes is
// measured over made-up records; with -runs above 1 the ratios must hold.
// Queries that read members of AdditionalFields are also compared with
// themselves over a second database, which has it as JSON text; it is kept
// beside the first, as bench-json.db beside bench.db.
//
//	go test ./internal/bench -run 'Ratios|Published' -v -rows 10000000 -runs 3 -bench-db /tmp/bench.db
package bench
