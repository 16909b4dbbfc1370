// Package capture is where packets come from: capture files and standard
// input now, network interfaces later, all as batches.
package capture

import "wirehunt/pcapfile"

// BatchSize is how many packets a batch holds at most: enough to make handing
// it over cheap, few enough to stay in the cache.
const BatchSize = 256

// Batch is packets in the order of capture.  The zero Batch is ready for
// Source.Next.
type Batch struct {
	// Records are the packets; their data is valid until Release.
	Records []pcapfile.Record

	records [BatchSize]pcapfile.Record
	owner   releaser
}

// releaser is the memory that a batch's packets are in.
type releaser interface{ Release() }

// Release gives the memory of the packets back.  Call it once the packets are
// no longer used, before the batch is given to Next again; it may be called
// from another goroutine than Next.
func (b *Batch) Release() {
	if b.owner != nil {
		b.owner.Release()
		b.owner = nil
	}
	b.Records = nil
}

// Source gives packets.
type Source interface {
	// Next fills b, which must be released, with the packets that are there,
	// waiting for at least one.  It returns io.EOF at the end.
	Next(b *Batch) error
	// Progress returns how many bytes of the input were read, and of how many
	// in all (0: not known).  It may be called at any time from any goroutine.
	Progress() (read, total int64)
	// Close ends the source.  Batches not yet released stay valid.
	Close() error
}
