package packet

import "encoding/binary"

// Decode decodes the captured frame into p.  frameLen is the frame's length
// on the wire; less than len(frame) means len(frame).  It never fails: p.Kind
// and p.Status tell what was found.
func Decode(link LinkType, frame []byte, frameLen int, p *Packet) {
	p.NHops = 0
	p.decode(link, frame, max(frameLen, len(frame)))
}

// Next decodes the next packet of the same frame into p, and reports whether
// there was one.  Only 802.11 frames (A-MSDU) hold more than one.
func (p *Packet) Next() bool {
	if len(p.rest) == 0 {
		return false
	}
	p.NHops = 0
	p.reset()
	p.amsdu(p.rest, p.restLen)
	return true
}

// decode decodes a frame, or a packet inside a tunnel; Hops is kept.
func (p *Packet) decode(link LinkType, frame []byte, wire int) {
	p.Link, p.Frame, p.FrameLen = link, frame, wire
	p.reset()
	p.rest = nil
	p.badIPSum = false
	if link == LinkEthernet {
		p.ethernet(frame, wire)
		return
	}
	p.link(link, frame, wire)
}

// reset clears what not every frame sets.
func (p *Packet) reset() {
	p.Kind, p.Status, p.Weirds = KindOther, OK, 0
	p.Version, p.Proto = 0, 0
	p.EtherType, p.VLAN, p.InnerVLAN, p.HasMAC = 0, -1, -1, false
}

// stop ends decoding at oddity s.
func (p *Packet) stop(s Status) {
	p.Kind, p.Status = KindOther, s
	p.Weirds.Add(s)
}

// push adds a tunnel with p's current packet as carrier, and clears the link
// fields, which are the carrier's.  False if there are too many already.
func (p *Packet) push(t Tunnel, id uint32) bool {
	if p.NHops >= MaxHops {
		p.stop(ExceededTunnelMaxDepth)
		return false
	}
	h := &p.Hops[p.NHops]
	h.Src, h.Dst, h.Proto, h.Tunnel, h.ID = p.Src, p.Dst, p.Proto, t, id
	h.SrcPort, h.DstPort = 0, 0
	p.NHops++
	p.EtherType, p.VLAN, p.InnerVLAN, p.HasMAC = 0, -1, -1, false
	return true
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
