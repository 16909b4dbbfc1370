package pcapfile

import (
	"sync"
	"sync/atomic"
)

// bufferSize is how much is read at once: large enough to make system calls
// rare, small enough to stay in the second-level cache.
const bufferSize = 256 << 10

// Buffer is memory that packets of a batch point into.
type Buffer struct {
	b    []byte
	refs atomic.Int32
	pool *pool
}

// Release tells that the packets that came with the buffer are no longer
// used.  Call it once for each batch.
func (b *Buffer) Release() {
	if b != nil && b.refs.Add(-1) == 0 {
		b.pool.put(b)
	}
}

// pool keeps released buffers of the usual size.  Release may be called from
// other goroutines than the reader's.
type pool struct {
	mu   sync.Mutex
	free []*Buffer
}

// maxFree is how many free buffers a pool keeps.
const maxFree = 16

// get returns a buffer of at least n bytes with one reference.
func (p *pool) get(n int) *Buffer {
	var b *Buffer
	if n <= bufferSize {
		p.mu.Lock()
		if k := len(p.free); k > 0 {
			b = p.free[k-1]
			p.free = p.free[:k-1]
		}
		p.mu.Unlock()
	}
	if b == nil {
		b = &Buffer{b: make([]byte, max(n, bufferSize)), pool: p}
	}
	b.refs.Store(1)
	return b
}

func (p *pool) put(b *Buffer) {
	if len(b.b) != bufferSize {
		return
	}
	p.mu.Lock()
	if len(p.free) < maxFree {
		p.free = append(p.free, b)
	}
	p.mu.Unlock()
}
