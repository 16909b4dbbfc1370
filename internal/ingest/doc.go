// Package ingest imports files into a store: captures, through the packet
// pipeline, and what Defender exports.  Each file is one transaction, and is
// recognised by its content when it comes again.
package ingest
