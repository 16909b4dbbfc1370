package packet

// Inner is what a tunnel over UDP carries.
type Inner struct {
	Tunnel Tunnel
	// Link is the link type of Data.
	Link LinkType
	// ID is the tunnel's key: see Hop.
	ID uint32
	// Data is the carried frame or packet as captured, Len its length on the
	// wire.  Data is empty where a valid message carries none (GTP echo).
	Data []byte
	Len  int
	// Weird is an oddity of a valid message, or OK.
	Weird Status
}

// PortTunnel returns the tunnel that Zeek registers for a UDP responder port,
// NoTunnel if none.  Port 2123 is GTP's control plane: valid messages there
// carry nothing.
func PortTunnel(port uint16) Tunnel {
	switch port {
	case 4789:
		return TunnelVXLAN
	case 6081:
		return TunnelGENEVE
	case 3544:
		return TunnelTeredo
	case 2152, 2123:
		return TunnelGTPv1
	case 4754:
		return TunnelGRE
	case 5072:
		return TunnelAYIYA
	}
	return NoTunnel
}

// Inside looks into UDP packet p for what tunnel t carries, and reports
// whether the payload is valid for t.  If it is not, Zeek reports a violation
// and gives the tunnel up for the connection, unless in.Weird is set.
func Inside(t Tunnel, p *Packet, in *Inner) bool {
	*in = Inner{Tunnel: t, Link: LinkRaw, Data: p.Payload, Len: p.PayloadLen}
	switch t {
	case TunnelVXLAN:
		return in.vxlan()
	case TunnelGENEVE:
		return in.geneve()
	case TunnelTeredo:
		return in.teredo()
	case TunnelGTPv1:
		return in.gtp()
	case TunnelGRE:
		return in.greUDP()
	case TunnelAYIYA:
		return in.ayiya()
	}
	return false
}

// DecodeInner decodes what Inside found in outer, which gave in.Data, into p:
// p gets outer's hops and one more.  p must not be outer.
func DecodeInner(outer *Packet, in *Inner, p *Packet) {
	p.NHops = outer.NHops
	copy(p.Hops[:], outer.Hops[:outer.NHops])
	if p.NHops >= MaxHops {
		p.Link, p.Frame, p.FrameLen = in.Link, in.Data, in.Len
		p.reset()
		p.rest, p.badIPSum = nil, false
		p.stop(ExceededTunnelMaxDepth)
		return
	}
	h := &p.Hops[p.NHops]
	h.Src, h.Dst, h.SrcPort, h.DstPort = outer.Src, outer.Dst, outer.SrcPort, outer.DstPort
	h.Proto, h.Tunnel, h.ID = outer.Proto, in.Tunnel, in.ID
	if in.Tunnel == TunnelGRE {
		// Zeek knows GRE tunnels by their addresses, over UDP too.
		h.SrcPort, h.DstPort = 0, 0
	}
	p.NHops++
	p.decode(in.Link, in.Data, max(in.Len, len(in.Data)))
}

// skip moves Data behind a header of n bytes.
func (in *Inner) skip(n int) { in.Data, in.Len = in.Data[n:], in.Len-n }

// vxlan parses VXLAN (RFC 7348).
func (in *Inner) vxlan() bool {
	b := in.Data
	if len(b) < 8 || b[0]&8 == 0 {
		return false
	}
	in.Link, in.ID = LinkEthernet, be32(b[4:])>>8
	in.skip(8)
	if len(in.Data) == 0 {
		in.Weird = VXLANEmptyPacket
	}
	return true
}

// geneve parses GENEVE (RFC 8926).
func (in *Inner) geneve() bool {
	b := in.Data
	if len(b) < 8 {
		return false
	}
	if b[0]>>6 != 0 {
		in.Weird = GENEVEInvalidVersion
		return false
	}
	n := 8 + int(b[0]&0x3f)*4
	if len(b) < n {
		return false
	}
	in.ID = be32(b[4:]) >> 8
	et := be16(b[2:])
	in.skip(n)
	if len(in.Data) == 0 {
		in.Weird = GENEVEEmptyPacket
		return true
	}
	switch et {
	case etherTEB:
		in.Link = LinkEthernet
	case etherIPv4, etherIPv6:
	default:
		in.Data, in.Len = nil, 0
	}
	return true
}

// teredo parses Teredo (RFC 4380 5.1.1): authentication, origin indication,
// IPv6.
func (in *Inner) teredo() bool {
	auth, origin := false, false
	for {
		b := in.Data
		if len(b) < 2 {
			return false
		}
		switch {
		case be16(b) == 0:
			if origin || len(b) < 8 {
				return false
			}
			origin = true
			in.skip(8)
			continue
		case be16(b) == 1:
			if auth || origin || len(b) < 4 {
				return false
			}
			n := 4 + int(b[2]) + int(b[3]) + 8 + 1
			if len(b) < n {
				return false
			}
			auth = true
			in.skip(n)
			continue
		}
		if b[0]>>4 != 6 || len(b) < 40 {
			return false
		}
		total := 40 + int(be16(b[4:]))
		if in.Len < total {
			return false
		}
		if in.Len > total {
			if b[6] != protoNone || total != 40 {
				return false
			}
			in.Weird = TeredoBubbleWithPayload
		}
		return true
	}
}

// LooksTeredo reports whether a UDP payload on any port looks like Teredo:
// IPv6 with an address in 2001::/32, or behind Teredo's own headers.
func LooksTeredo(b []byte) bool {
	if len(b) < 40 {
		return false
	}
	if b[0]>>4 == 6 {
		return be32(b[8:]) == 0x20010000 || be32(b[24:]) == 0x20010000
	}
	if be16(b) > 1 {
		return false
	}
	in := Inner{Data: b, Len: len(b)}
	return in.teredo()
}

// gtp parses GTPv1 (3GPP TS 29.060 6, 29.281 5).
func (in *Inner) gtp() bool {
	b := in.Data
	if len(b) < 8 || b[0]>>5 != 1 || b[0]&0x10 == 0 {
		return false
	}
	in.ID = be32(b[4:])
	if b[1] != 255 { // not a user packet
		in.Data, in.Len = nil, 0
		return true
	}
	n := 8
	if b[0]&7 != 0 {
		n += 4
		if len(b) < n {
			return false
		}
		next := b[n-1]
		for b[0]&4 != 0 && next != 0 { // extension headers, in units of 4
			if len(b) <= n || b[n] == 0 || len(b) < n+int(b[n])*4 {
				return false
			}
			n += int(b[n]) * 4
			next = b[n-1]
		}
	}
	in.skip(n)
	return in.wholeIP()
}

// wholeIP reports whether Data is an IP packet that fills it exactly.
func (in *Inner) wholeIP() bool {
	b := in.Data
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		return int(be16(b[2:])) == in.Len
	case len(b) >= 40 && b[0]>>4 == 6:
		return int(be16(b[4:]))+40 == in.Len
	}
	return false
}

// greUDP parses GRE in UDP (RFC 8086).
func (in *Inner) greUDP() bool {
	var g greHeader
	if s := g.parse(in.Data); s != OK {
		in.Weird = s
		return false
	}
	in.ID = g.key
	in.skip(g.n)
	if g.link != greEtherType {
		in.Link = g.link
	}
	return true
}

// ayiya parses AYIYA (draft-massar-v6ops-ayiya).
func (in *Inner) ayiya() bool {
	b := in.Data
	if len(b) < 8 {
		return false
	}
	n := 8 + 1<<(b[0]>>4) + int(b[1]>>4)*4
	if len(b) < n {
		return false
	}
	if b[2]&0xf != 1 { // only "forward" carries a packet
		in.Data, in.Len = nil, 0
		return true
	}
	if b[3] != protoIPIP && b[3] != protoIPv6 {
		return false
	}
	in.skip(n)
	return in.wholeIP()
}
