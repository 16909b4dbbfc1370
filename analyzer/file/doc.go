// Package file follows the files that other protocols carry: it tells their
// type from their first bytes and writes files.log, with Zeek's semantics
// (https://docs.zeek.org/en/master/scripts/base/frameworks/files/main.zeek.html).
// It keeps the first 4 KiB of a file at most; content is counted, not stored.
// Only OCSP responses are kept whole, for ocsp.log.
package file
