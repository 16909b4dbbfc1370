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
	TruncatedNull
	TruncatedSLL
	TruncatedSLL2
	TruncatedPPP
	TruncatedPPPoE
	TruncatedVLAN
	TruncatedVNTag
	TruncatedNFLOG
	NFLOGNoPayload
	NFLOGBadLength
	UndefinedEtherType
	Truncated80211
	NonIPInPPPoE
	// IP.
	TruncatedIP
	UnknownIPVersion
	IPLenZero
	TruncatedIPLen
	InvalidIPHeaderSize
	InternallyTruncatedHeader
	IPv4MinHeaderSize
	BadIPChecksum
	MultipleRoutingHeaders
	Routing0Hdr
	OddRouting0Len
	BadRouting2Len
	UnknownRoutingType
	BadHomeAddrLen
	MultipleHomeAddrOpts
	BadIPv6DestOptLen
	IPv6NoNext
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
	UnknownGREFlags
	GRERouting
	EGREProtocolType
	NonIPPacketInEncap
	TeredoBubbleWithPayload
	GENEVEInvalidVersion
	GENEVEEmptyPacket
	VXLANEmptyPacket

	numStatus
)

// statusText is what weird.log says of a Status: its name, and the analyzer
// that reports it ("" where Zeek leaves the source unset).  A source of "*"
// stands for the transport protocol.
var statusText = [numStatus]struct{ name, source string }{
	OK:                            {"", ""},
	UnknownLink:                   {"unknown_link_type", ""},
	TruncatedEthernet:             {"truncated_ethernet_frame", "ETHERNET"},
	TruncatedLink:                 {"truncated_link_header", ""},
	TruncatedNull:                 {"null_analyzer_failed", "NULL"},
	TruncatedSLL:                  {"truncated_Linux_SLL_header", "LINUXSLL"},
	TruncatedSLL2:                 {"truncated_Linux_SLL2_header", "LINUXSLL2"},
	TruncatedPPP:                  {"truncated_ppp_serial_header", "PPPSERIAL"},
	TruncatedPPPoE:                {"truncated_pppoe_header", "PPPOE"},
	TruncatedVLAN:                 {"truncated_VLAN_frame", "VLAN"},
	TruncatedVNTag:                {"truncated_vntag_frame", "VNTAG"},
	TruncatedNFLOG:                {"truncated_nflog_header", "NFLOG"},
	NFLOGNoPayload:                {"nflog_no_pcap_payload", "NFLOG"},
	NFLOGBadLength:                {"nflog_bad_tlv_len", "NFLOG"},
	UndefinedEtherType:            {"undefined_ether_type", "ETHERNET"},
	Truncated80211:                {"truncated_802_11_header", "IEEE802_11"},
	NonIPInPPPoE:                  {"non_ip_packet_in_pppoe_encapsulation", "PPPOE"},
	TruncatedIP:                   {"truncated_IP", "IP"},
	UnknownIPVersion:              {"unknown_ip_version", "IP"},
	IPLenZero:                     {"ip_hdr_len_zero", "IP"},
	TruncatedIPLen:                {"truncated_IP_len", "IP"},
	InvalidIPHeaderSize:           {"invalid_IP_header_size", "IP"},
	InternallyTruncatedHeader:     {"internally_truncated_header", "*"},
	IPv4MinHeaderSize:             {"IPv4_min_header_size", "IP"},
	BadIPChecksum:                 {"bad_IP_checksum", "IP"},
	MultipleRoutingHeaders:        {"multiple_routing_headers", ""},
	Routing0Hdr:                   {"routing0_hdr", ""},
	OddRouting0Len:                {"odd_routing0_len", ""},
	BadRouting2Len:                {"bad_routing2_len", ""},
	UnknownRoutingType:            {"unknown_routing_type", ""},
	BadHomeAddrLen:                {"bad_home_addr_len", ""},
	MultipleHomeAddrOpts:          {"multiple_home_addr_opts", ""},
	BadIPv6DestOptLen:             {"bad_ipv6_dest_opt_len", ""},
	IPv6NoNext:                    {"ipv6_no_next", "IP"},
	IncompletelyCapturedFragment:  {"incompletely_captured_fragment", "IP"},
	ExcessivelySmallFragment:      {"excessively_small_fragment", ""},
	ExcessivelyLargeFragment:      {"excessively_large_fragment", ""},
	FragmentWithDF:                {"fragment_with_DF", ""},
	FragmentOverlap:               {"fragment_overlap", ""},
	FragmentInconsistency:         {"fragment_inconsistency", ""},
	FragmentSizeInconsistency:     {"fragment_size_inconsistency", ""},
	FragmentProtocolInconsistency: {"fragment_protocol_inconsistency", ""},
	TruncatedHeader:               {"truncated_header", "*"},
	BadTCPHeaderLen:               {"bad_TCP_header_len", "TCP"},
	BadTCPChecksum:                {"bad_TCP_checksum", "TCP"},
	BadUDPChecksum:                {"bad_UDP_checksum", "UDP"},
	BadICMPChecksum:               {"bad_ICMP_checksum", "ICMP"},
	BadMHChecksum:                 {"bad_MH_checksum", "IP"},
	MobilityPiggyback:             {"mobility_piggyback", "IP"},
	UDPDatagramLengthMismatch:     {"UDP_datagram_length_mismatch", "UDP"},
	ExceededTunnelMaxDepth:        {"exceeded_tunnel_max_depth", "IPTUNNEL"},
	TruncatedInnerIP:              {"truncated_inner_IP", "IPTUNNEL"},
	InvalidInnerIPVersion:         {"invalid_inner_IP_version", "IPTUNNEL"},
	InnerIPPayloadMismatch:        {"inner_IP_payload_length_mismatch", "IPTUNNEL"},
	TruncatedGRE:                  {"truncated_GRE", "GRE"},
	UnknownGREVersion:             {"unknown_gre_version", "GRE"},
	UnknownGREFlags:               {"unknown_gre_flags", "GRE"},
	GRERouting:                    {"gre_routing", "GRE"},
	EGREProtocolType:              {"egre_protocol_type", "GRE"},
	NonIPPacketInEncap:            {"non_ip_packet_in_encap", "GRE"},
	TeredoBubbleWithPayload:       {"Teredo_bubble_with_payload", "TEREDO"},
	GENEVEInvalidVersion:          {"geneve_invalid_version", "GENEVE"},
	GENEVEEmptyPacket:             {"geneve_empty_packet", "GENEVE"},
	VXLANEmptyPacket:              {"vxlan_empty_packet", "VXLAN"},
}

// String returns Zeek's name of the oddity, "" for OK.
func (s Status) String() string {
	if s < numStatus {
		return statusText[s].name
	}
	return ""
}

// Source returns the analyzer that Zeek's weird.log names for an oddity of
// the packet, "" where it leaves the source unset.
func (p *Packet) Source(s Status) string {
	if s >= numStatus {
		return ""
	}
	src := statusText[s].source
	if src != "*" {
		return src
	}
	switch p.Proto {
	case protoTCP:
		return "TCP"
	case protoUDP:
		return "UDP"
	case protoICMP, protoICMPv6:
		return "ICMP"
	}
	return "IP"
}

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
