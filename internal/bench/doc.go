// Package bench compares hunts with SQL written by hand for the same tables:
// the answers must be equal, and how much longer the hunt takes is measured
// over made-up records.
//
//	go test ./internal/bench -run Ratios -v -rows 10000000
package bench
