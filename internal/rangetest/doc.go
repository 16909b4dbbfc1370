// Package rangetest holds no code, only tests that run the whole way, from
// captures to the answers of hunts, on the recorded hunting range in
// testdata/range, and compare with what was really done there.
package rangetest
