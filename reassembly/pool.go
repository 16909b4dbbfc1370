package reassembly

// chunkSize is the payload of a chunk: with its header, a chunk is 2 KiB.
const chunkSize = 2048 - 32

// chunk is a piece of data that waits.
type chunk struct {
	seq  uint64
	next *chunk
	n    int
	buf  [chunkSize]byte
}

func (c *chunk) end() uint64 { return c.seq + uint64(c.n) }

// Pool is the memory for the data that the streams of one goroutine keep.
type Pool struct {
	// Exhausted counts the segments for which there was no room.
	Exhausted uint64

	free *chunk
	used int
	max  int
}

// NewPool returns a pool of at most so many bytes.
func NewPool(bytes int) *Pool { return &Pool{max: max(bytes/2048, 64)} }

// Used returns how many bytes streams hold.
func (p *Pool) Used() int { return p.used * 2048 }

// room returns how many bytes of a segment can be stored for sure.
func (p *Pool) room() int {
	// A segment can be cut into twice as many chunks as its size asks for by
	// what is there already; counting half of the room is a safe bound.
	return (p.max - p.used) * chunkSize / 2
}

func (p *Pool) get() *chunk {
	p.used++
	if c := p.free; c != nil {
		p.free = c.next
		c.next = nil
		return c
	}
	return new(chunk)
}

func (p *Pool) put(c *chunk) {
	p.used--
	c.next = p.free
	p.free = c
}
