package packet

// Kind says how far Decode got, and so which fields of a Packet are set.
type Kind uint8

// The kinds of a decoded packet.
const (
	// KindOther is a frame that belongs to no connection: one without IP (ARP,
	// spanning tree, a beacon), one that is broken (see Status), and, as in
	// Zeek, ESP and mobility messages over IPv6.  Only the link fields are
	// set, and Version, Src, Dst, IP and IPLen if decoding got that far
	// (Version is 0 if not).
	KindOther Kind = iota
	// KindIP is an IP packet whose protocol is none of the below (OSPF, SCTP,
	// ESP over IPv4), which Zeek logs as "unknown_transport".
	KindIP
	// KindFragment is a fragment of an IP packet; give it to Defrag.
	KindFragment
	// KindTCP is a TCP segment.  If Status is BadTCPHeaderLen or
	// TruncatedHeader only the first 20 bytes of the header could be read, and
	// Options and Payload are empty.
	KindTCP
	// KindUDP is a UDP datagram with a whole header.
	KindUDP
	// KindICMP is an ICMP or ICMPv6 message (see Proto) of 8 bytes or more.
	KindICMP
)

// MaxHops is how many tunnels around a packet are remembered.
const MaxHops = 4

// Packet is a decoded packet.  One is reused for all: Decode sets every field
// that its Kind documents, and leaves the others as they were.  Slices point
// into the frame (or Defrag's buffer) and are valid as long as that is.
//
// Where tunnels that need no connection are in the frame (IP in IP, GRE), the
// IP and transport fields are those of the innermost packet, and Hops has the
// outer ones, outermost first.
type Packet struct {
	// Kind says which fields below are set.
	Kind Kind
	// Status is why decoding stopped early; OK if it did not.
	Status Status
	// Weirds is every oddity met, including the one in Status, but not wrong
	// checksums: see Checksum.
	Weirds Weirds
	// Link is the link type that Frame was decoded as.
	Link LinkType
	// Version is the IP version, 4 or 6; 0 for KindOther.
	Version uint8
	// Proto is the protocol after the IP header and its extensions: 6, 17, 1,
	// 58.  Of a fragment it is the one that the fragment header names.
	Proto uint8
	// TTL is the IPv4 time to live or the IPv6 hop limit.
	TTL uint8
	// TOS is the IPv4 type of service or the IPv6 traffic class.
	TOS uint8

	// Frame is the whole frame as captured, FrameLen its length on the wire.
	Frame    []byte
	FrameLen int

	// EtherType is the last Ethernet type seen (0x0800, 0x86dd, 0x0806); 0
	// where the link has none.
	EtherType uint16
	// VLAN and InnerVLAN are the VLAN ids of the outermost two tags, -1 where
	// there is none.
	VLAN, InnerVLAN int16
	// HasMAC tells whether the link has SrcMAC and DstMAC.
	HasMAC         bool
	SrcMAC, DstMAC [6]byte

	// Src and Dst are the endpoints as Zeek sees them: behind IPv6 routing
	// headers (type 0 and 2) and the home address option.
	Src, Dst Addr
	// IP is the IP packet as captured, from its header to its end by its own
	// length (link padding is cut off).
	IP []byte
	// IPLen is the packet's length by its header (what Zeek's orig_ip_bytes
	// counts; 0 where segmentation offload left it out), IPHeaderLen that of
	// the header, for IPv6 with all extension headers up to the transport.
	IPLen, IPHeaderLen int

	// FragID, FragOff (bytes) and MoreFrags are set for KindFragment.
	FragID    uint32
	FragOff   int
	MoreFrags bool

	// Payload is what was captured behind the transport header (KindTCP,
	// KindUDP, KindICMP), or behind the IP header (KindIP, KindFragment).
	Payload []byte
	// PayloadLen is how long Payload is on the wire, by the IP length.
	PayloadLen int

	// SrcPort and DstPort are set for KindTCP and KindUDP.
	SrcPort, DstPort uint16
	// UDPLen is the payload length that the UDP header claims (header not
	// counted; negative if the claim is under 8).
	UDPLen int

	// Seq, Ack, Flags, Window, Urgent and Options are TCP's.  Window is not
	// scaled.
	Seq, Ack       uint32
	Flags          TCPFlags
	Window, Urgent uint16
	Options        []byte

	// ICMPType, ICMPCode, ICMPID and ICMPSeq are set for KindICMP; the last
	// two are the second word of the header, whatever the type makes of it.
	ICMPType, ICMPCode uint8
	ICMPID, ICMPSeq    uint16

	// NHops is how many of Hops are used.
	NHops int
	Hops  [MaxHops]Hop

	badIPSum bool   // an IPv4 header's checksum is wrong
	dontFrag bool   // IPv4's DF
	fragNext int    // offset in IP of the byte that names the fragment header
	segment  []byte // IP behind its header: what transport checksums cover
	rest     []byte // further subframes of an 802.11 A-MSDU
	restLen  int    // their length on the wire
}

// TCPFlags are the flags of a TCP segment.
type TCPFlags uint8

// The TCP flags.
const (
	FIN TCPFlags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Hop is a tunnel around a packet: the endpoints of the packet that carries
// it and how.
type Hop struct {
	Src, Dst Addr
	// SrcPort and DstPort are 0 where the tunnel is over IP itself.
	SrcPort, DstPort uint16
	// Proto is the carrying packet's IP protocol.
	Proto  uint8
	Tunnel Tunnel
	// ID is the tunnel's key, where it has one: VXLAN and GENEVE network
	// identifier, GTP tunnel endpoint, GRE key, ERSPAN session.
	ID uint32
}

// Tunnel is a way to carry packets in packets.
type Tunnel uint8

// The tunnels, named as Zeek names them by String.
const (
	NoTunnel Tunnel = iota
	TunnelIP
	TunnelGRE
	TunnelVXLAN
	TunnelGENEVE
	TunnelTeredo
	TunnelGTPv1
	TunnelAYIYA
)

var tunnelNames = [...]string{"NONE", "IP", "GRE", "VXLAN", "GENEVE", "TEREDO", "GTPv1", "AYIYA"}

// String returns the name that tunnel.log has after "Tunnel::".
func (t Tunnel) String() string {
	if int(t) < len(tunnelNames) {
		return tunnelNames[t]
	}
	return tunnelNames[0]
}
