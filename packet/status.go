package packet

import "math/bits"

// Status is an oddity of a packet, or OK.
type Status uint8

// The oddities.  String gives Zeek's name of each.
const (
	OK Status = iota
	// Link layer.
	UnknownLink
	TruncatedEthernet
	TruncatedLink
	UnknownProtocol
	// IP.
	TruncatedIP
	UnknownIPVersion
	IPLenZero
	TruncatedIPLen
	InvalidIPHeaderSize
	InternallyTruncatedHeader
	IPv4MinHeaderSize
	BadIPChecksum
	Routing0Hdr
	OddRouting0Len
	BadRouting2Len
	UnknownRoutingType
	BadHomeAddrLen
	MultipleHomeAddrOpts
	BadIPv6DestOptLen
	// Fragments.
	IncompletelyCapturedFragment
	ExcessivelySmallFragment
	ExcessivelyLargeFragment
	FragmentWithDF
	FragmentOverlap
	FragmentInconsistency
	FragmentSizeInconsistency
	FragmentProtocolInconsistency
	// Transport.
	TruncatedHeader
	BadTCPHeaderLen
	BadTCPChecksum
	BadUDPChecksum
	BadICMPChecksum
	BadMHChecksum
	MobilityPiggyback
	UDPDatagramLengthMismatch
	// Tunnels.
	ExceededTunnelMaxDepth
	TruncatedInnerIP
	InvalidInnerIPVersion
	InnerIPPayloadMismatch
	TruncatedGRE
	UnknownGREVersion
	GRERouting
	TeredoBubbleWithPayload

	numStatus
)

// String returns Zeek's name of the oddity.
func (s Status) String() string { return "" }

// Weirds is a set of oddities.
type Weirds uint64

// Add adds s.
func (w *Weirds) Add(s Status) { *w |= 1 << (s & 63) }

// Has reports whether s is in the set.
func (w Weirds) Has(s Status) bool { return w>>(s&63)&1 != 0 }

// Next takes the first oddity out of the set, or returns OK if it is empty.
func (w *Weirds) Next() Status {
	if *w == 0 {
		return OK
	}
	s := Status(bits.TrailingZeros64(uint64(*w)))
	*w &= *w - 1
	return s
}
