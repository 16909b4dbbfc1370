package pipeline

import (
	"bytes"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/flow"
	"wirehunt/packet"
)

// layer is a tunnel around the packet that is worked on.
type layer struct {
	uid  string
	hash uint64
	key  tunnelKey
}

// tunnelKey identifies a tunnel in tunnel.log.
type tunnelKey struct {
	orig, resp         packet.Addr
	origPort, respPort uint16
	typ                packet.Tunnel
}

// ipPair are the ends of a tunnel over IP itself, the lower first.
type ipPair struct{ a, b packet.Addr }

// ipTunnel is a tunnel over IP itself: it has no connection, but an id.
type ipTunnel struct {
	uid  string
	hash uint64
	key  tunnelKey
}

// tunnels is what a session knows of tunnels: those around it, and the one
// that it carries.
type tunnels struct {
	parents []string // uids of the innermost tunnels around it
	around  []string // uids of the tunnels around its latest packet
	changes int
	typ     packet.Tunnel // the one it carries
	refused bool          // its payload is none
}

// Limits: how often the tunnels around a connection may change
// (Tunnel::max_changes_per_connection), and for how long and how many tunnels
// are remembered.
const (
	maxChanges = 5
	tunnelIdle = int64(3600e9)
	maxTunnels = 1 << 16
	maxParents = 64
)

// enclose completes the stack of tunnels around p with those over IP itself.
func (s *shard) enclose(p *packet.Packet) {
	for i := len(s.stack); i < p.NHops; i++ {
		s.stack = append(s.stack, s.ipLayer(&p.Hops[i]))
	}
}

func (s *shard) ipLayer(h *packet.Hop) layer {
	k := ipPair{h.Src, h.Dst}
	if bytes.Compare(k.a[:], k.b[:]) > 0 {
		k.a, k.b = k.b, k.a
	}
	t := s.ip[k]
	if t == nil {
		if len(s.ip) >= maxTunnels {
			clear(s.ip)
			s.count.tunnelsForgotten++
		}
		hash := mix(mix(pairHash(k.a, k.b), s.opt.Seed), uint64(s.ts))
		t = &ipTunnel{uid: analyzer.UID(hash), hash: hash, key: tunnelKey{h.Src, h.Dst, 0, 0, h.Tunnel}}
		s.ip[k] = t
	}
	return layer{uid: t.uid, hash: t.hash, key: t.key}
}

// tunneled notes the tunnels around a packet of f.  If they change too often,
// changes are not looked at any more.
func (s *shard) tunneled(f *flow.Flow, ses *session) {
	fresh := false
	if ses.tun == nil {
		ses.tun = new(tunnels)
		fresh = !f.Seen()
	}
	t := ses.tun
	if t.changes > maxChanges {
		return
	}
	same := len(t.around) == len(s.stack)
	for i := 0; same && i < len(s.stack); i++ {
		same = t.around[i] == s.stack[i].uid
	}
	if same {
		return
	}
	if !fresh {
		t.changes++
	}
	if t.changes > maxChanges {
		f.Weird()
		s.engine.Weird(&ses.conn, "", "tunnel_max_changes_per_connection_exceeded", strconv.Itoa(maxChanges))
		f.Limited()
		return
	}
	t.around = t.around[:0]
	for i := range s.stack {
		t.around = append(t.around, s.stack[i].uid)
		s.discover(&s.stack[i])
	}
	if n := len(s.stack); n > 0 && len(t.parents) < maxParents {
		uid := s.stack[n-1].uid
		for _, u := range t.parents {
			if u == uid {
				return
			}
		}
		t.parents = append(t.parents, uid)
	}
}

// discover writes a tunnel to tunnel.log, once.
func (s *shard) discover(l *layer) {
	if last, ok := s.seen[l.key]; ok && s.now-last < tunnelIdle {
		s.seen[l.key] = s.now
		return
	}
	if len(s.seen) >= maxTunnels {
		clear(s.seen)
		s.count.tunnelsForgotten++
	}
	s.seen[l.key] = s.now
	s.logTunnel(l, false)
}

func (s *shard) logTunnel(l *layer, closing bool) {
	s.engine.WriteTunnel(&analyzer.TunnelRecord{
		Hash: l.hash, UID: l.uid, Orig: l.key.orig, OrigPort: l.key.origPort,
		Resp: l.key.resp, RespPort: l.key.respPort, Type: l.key.typ.String(), Close: closing,
	})
}

// carrier returns the layer that connection c is as carrier of a tunnel.
func carrier(c *analyzer.Conn, typ packet.Tunnel) layer {
	return layer{uid: c.UID, hash: c.Hash, key: tunnelKey{c.Orig, c.Resp, c.OrigPort, c.RespPort, typ}}
}

// closeTunnel writes the end of a tunnel with the connection that carried it.
func (s *shard) closeTunnel(ses *session) {
	if ses.tun == nil || ses.tun.typ == packet.NoTunnel {
		return
	}
	l := carrier(&ses.conn, ses.tun.typ)
	if _, ok := s.seen[l.key]; ok {
		delete(s.seen, l.key)
		s.logTunnel(&l, true)
	}
}

// inside works on the packet that UDP packet p carries, if it carries one.
func (s *shard) inside(f *flow.Flow, ses *session, p *packet.Packet, depth int) {
	typ := packet.PortTunnel(ses.conn.RespPort)
	if typ == packet.NoTunnel && packet.LooksTeredo(p.Payload) {
		typ = packet.TunnelTeredo
	}
	if typ == packet.NoTunnel || ses.tun != nil && ses.tun.refused {
		return
	}
	var in packet.Inner
	ok := packet.Inside(typ, p, &in)
	if in.Weird != packet.OK {
		s.engine.Weird(&ses.conn, p.Source(in.Weird), in.Weird.String(), "")
	}
	if ses.tun == nil {
		ses.tun = new(tunnels)
	}
	if !ok {
		ses.tun.refused = in.Weird == packet.OK
		return
	}
	ses.tun.typ = typ
	if len(in.Data) == 0 {
		if typ == packet.TunnelGENEVE && in.Weird == packet.OK {
			ses.conn.AddService(tunnelService(typ))
		}
		return
	}
	q := &s.pkts[depth+1]
	packet.DecodeInner(p, &in, q)
	if q.Kind == packet.KindOther && q.Version == 0 && q.Status != packet.OK {
		s.weirds(q)
		return
	}
	if name := tunnelService(typ); name != "" {
		ses.conn.AddService(name)
	}
	s.stack = s.stack[:p.NHops]
	if typ == packet.TunnelGRE {
		s.stack = append(s.stack, s.ipLayer(&q.Hops[p.NHops]))
	} else {
		s.stack = append(s.stack, carrier(&ses.conn, typ))
	}
	s.decoded(q, depth+1)
}

// tunnelService returns the name that conn.log has for a tunnel's carrier.
func tunnelService(t packet.Tunnel) string {
	switch t {
	case packet.TunnelVXLAN:
		return "vxlan"
	case packet.TunnelGENEVE:
		return "geneve"
	case packet.TunnelGTPv1:
		return "gtpv1"
	case packet.TunnelAYIYA:
		return "ayiya"
	}
	return ""
}
