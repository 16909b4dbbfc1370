package packet

// LinkType is a link type as in capture files
// (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// The link types that Decode knows.
const (
	LinkNull     LinkType = 0 // BSD loopback, family in the host's byte order
	LinkEthernet LinkType = 1
	LinkPPP      LinkType = 9
	LinkRaw12    LinkType = 12 // raw IP in files of some systems
	LinkRaw14    LinkType = 14
	LinkPPPHDLC  LinkType = 50
	LinkPPPoE    LinkType = 51
	LinkRaw      LinkType = 101
	LinkCHDLC    LinkType = 104
	Link80211    LinkType = 105
	LinkLoop     LinkType = 108 // OpenBSD loopback, family in network byte order
	LinkSLL      LinkType = 113
	LinkPrism    LinkType = 119
	LinkRadiotap LinkType = 127
	LinkAVS      LinkType = 163
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkNFLOG    LinkType = 239
	LinkSLL2     LinkType = 276
)
