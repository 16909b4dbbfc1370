// Package ingest imports files into a store: captures, through the packet
// pipeline, Zeek's logs, and what Defender exports.  Each file is one
// transaction, and is recognised by its content when it comes again.  The
// logs of a running Zeek can be followed.
package ingest
