package analyzer

import (
	"wirehunt/event"
	"wirehunt/packet"
)

// TunnelLog is tunnel.log: tunnels found and closed.
var TunnelLog = event.NewLog("tunnel", "", "Tunnels: found, and closed with the connection that carries them.")

var tunnelCols = struct {
	typ, action event.StringCol
}{
	TunnelLog.EnumField("tunnel_type", "Tunnel::IP, GRE, VXLAN, GENEVE, TEREDO, GTPv1, AYIYA, SOCKS or HTTP."),
	TunnelLog.EnumField("action", "Tunnel::DISCOVER or Tunnel::CLOSE."),
}

// TunnelRecord is a row of tunnel.log.
type TunnelRecord struct {
	Hash               uint64 // of the tunnel, for event.Order
	UID                string // "" leaves it out
	Orig, Resp         packet.Addr
	OrigPort, RespPort uint16
	Type               string // without "Tunnel::"
	Close              bool
}

// WriteTunnel writes a row of tunnel.log, with the time of SetTime.
func (e *Engine) WriteTunnel(t *TunnelRecord) {
	r := e.row(t.Hash, TunnelLog)
	if t.UID != "" {
		r.SetConn(e.now, t.UID, t.Orig, t.OrigPort, t.Resp, t.RespPort)
	} else {
		setEndpoints(r, e.now, t.Orig, t.OrigPort, t.Resp, t.RespPort)
	}
	tunnelCols.typ.SetString(r, "Tunnel::"+t.Type)
	if t.Close {
		tunnelCols.action.SetString(r, "Tunnel::CLOSE")
	} else {
		tunnelCols.action.SetString(r, "Tunnel::DISCOVER")
	}
}

// Tunnel writes a DISCOVER row for a proxy found on the connection (SOCKS,
// HTTP): typ is Zeek's name without "Tunnel::".
func (c *Conn) Tunnel(orig packet.Addr, origPort uint16, resp packet.Addr, respPort uint16, typ string) {
	c.eng.WriteTunnel(&TunnelRecord{
		Hash: c.Hash, Orig: orig, OrigPort: origPort, Resp: resp, RespPort: respPort, Type: typ,
	})
}
