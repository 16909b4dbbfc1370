package analyzer

// Analyzer is an instance of a protocol analyzer, for one connection at a
// time.  Implementations embed Base, and implement Stream, Datagrams or both.
type Analyzer interface {
	// Reset makes the analyzer as new.  Base is set before; buffers may be
	// kept for reuse, state may not.
	Reset()
	// Close is called once when the connection ends or the analyzer is
	// removed, after EOF.  It writes what is still pending.
	Close()

	base() *Base
}

// Stream is an analyzer of a byte stream.
type Stream interface {
	Analyzer
	// Data gives the next bytes of a side's stream: what Data did not
	// consume of the bytes before, followed by new ones.  It returns how many
	// bytes it consumed and, if it left some, how many it needs in all to go
	// on (0: any more).  The engine keeps what was left and calls again once
	// need bytes are there.  What is left may not exceed MaxTail; beyond it
	// the engine reports a violation.  b is valid during the call only and
	// must not be changed.
	Data(dir Dir, b []byte) (consumed, need int)
	// Gap tells that n bytes of the side's stream are missing from the
	// capture, after what was given (bytes that were left unconsumed are
	// dropped).  It returns whether the analyzer can go on; if not, the engine
	// stops feeding both sides.
	Gap(dir Dir, n uint64) bool
	// EOF tells that the side will send no more (FIN, RST, end of capture or
	// time-out), at most once a side.
	EOF(dir Dir)
}

// MaxTail is how many bytes an analyzer may leave unconsumed.
const MaxTail = 1 << 18

// Datagrams is an analyzer of single datagrams: UDP, ICMP payloads, or
// messages that a parent analyzer hands over whole.
type Datagrams interface {
	Analyzer
	// Datagram gives one payload; wireLen is its length on the wire, larger
	// than len(b) where the capture cut it.  b is valid during the call only.
	Datagram(dir Dir, b []byte, wireLen int)
}

// Base connects an analyzer to its connection and the engine.  All methods
// are for the analyzer itself.
type Base struct {
	// Conn is the connection that the analyzer is on.
	Conn *Conn
	// Expected is the Value of the Expectation that started the analyzer, or
	// nil.
	Expected any

	spec     *Spec
	parent   *Base
	children *Feeder // newest first
	flags    baseFlags
	tail     [2][]byte // unconsumed bytes per side
	need     [2]int
	skip     [2]uint64 // bytes still to be passed over, see Skip
}

type baseFlags uint16

const (
	confirmed baseFlags = 1 << iota
	violated
	removed
	closed
	doneOrig
	doneResp
	eofOrig
	eofResp
	quiet   // below a QuietChild
	closing // ends are those of the analysis, not of the streams
)

const (
	done = doneOrig | doneResp
	gone = violated | removed | closed
)

func (b *Base) base() *Base { return b }

// Spec returns the analyzer's declaration.
func (b *Base) Spec() *Spec { return b.spec }
