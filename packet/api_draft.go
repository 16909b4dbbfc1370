package packet

// Decode decodes the captured frame into p.  frameLen is the frame's length
// on the wire, at least len(frame).  It never fails: p.Kind and p.Status tell
// what was found.
func Decode(link LinkType, frame []byte, frameLen int, p *Packet) {}

// DecodeInner decodes a packet found in a tunnel over UDP: outer is the
// carrying packet, in what a tunnel function (VXLAN, GENEVE, ...) found in
// its payload.  p gets outer's hops and one more.  p may not be outer.
func DecodeInner(outer *Packet, in *Inner, p *Packet) {}

// Inner is what is carried in a UDP payload.
type Inner struct {
	Tunnel Tunnel
	Link   LinkType
	ID     uint32
	// Data is the carried frame or IP packet as captured, Len its length on
	// the wire.
	Data []byte
	Len  int
	// Weird is an oddity that does not make the tunnel invalid, or OK.
	Weird Status
}

// Inside looks for a packet carried in the payload of UDP packet p by tunnel t, and
// tells whether the payload is valid for t. in.Data is empty for valid
// messages that carry nothing (Teredo bubbles, GTP echo).
func Inside(t Tunnel, p *Packet, in *Inner) bool { return false }

// PortTunnel returns the tunnel registered for a UDP port, as in Zeek:
// 4789 VXLAN, 6081 GENEVE, 3544 Teredo, 2152 and 2123 GTPv1, 5072 AYIYA.
func PortTunnel(port uint16) Tunnel { return NoTunnel }

// Checksum verifies the IP and the transport checksum and returns OK,
// BadIPChecksum, BadTCPChecksum, BadUDPChecksum or BadICMPChecksum.
// Checksums of packets that were not captured whole are taken as right, as in
// Zeek.  Call it unless checksums are to be ignored (Zeek's -C).
func (p *Packet) Checksum() Status { return OK }

// HashPair returns a hash of the pair of addresses of the frame's outermost
// IP packet, the same for both directions; 0 for frames without IP.  It is
// for choosing a shard, and reads no more than that needs.
func HashPair(link LinkType, frame []byte, seed uint64) uint64 { return 0 }

// Embedded is the start of the packet that an ICMP error quotes.
type Embedded struct {
	Src, Dst         Addr
	SrcPort, DstPort uint16
	Proto            uint8
	// Len is its total length by its header.
	Len int
}

// Embedded decodes what an ICMP error message quotes; false for other
// messages and for quotes without a whole IP header.
func (p *Packet) Embedded(e *Embedded) bool { return false }

// Defrag puts the fragments of IP packets together again.
type Defrag struct{}

// NewDefrag returns a Defrag that holds up to maxBytes of fragments (0: 16 MiB)
// for up to timeout ns of packet time each (0: 5 minutes).
func NewDefrag(maxBytes int, timeout int64) *Defrag { return nil }

// Add takes a fragment (p.Kind == KindFragment) captured at time now, ns.
// It returns true if that made a packet whole: p is then that packet, decoded
// as Decode would, and valid until the next call. Otherwise p is unchanged but
// for p.Weirds, to which oddities of the fragments are added.
func (d *Defrag) Add(p *Packet, now int64) bool { return false }
