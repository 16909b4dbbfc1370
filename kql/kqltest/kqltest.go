// Package kqltest holds the conformance cases of the query compiler and runs
// them on an engine.
package kqltest
