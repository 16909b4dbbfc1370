package analyzer

import "wirehunt/event"

// ConnLog is conn.log: one row a connection, written when it ends.
var ConnLog = event.NewLog("conn", "", "Connections: TCP connections, and what goes back and forth between two endpoints over UDP, ICMP and other IP protocols.")

// ConnInterimLog is conn_interim.log: what conn.log would tell of connections
// that last, in the midst of them.  Zeek has no such log; a row of conn stays
// the one row of its connection.
var ConnInterimLog = event.NewLog("conn_interim", "", "Connections that last, so far: the fields of conn at every interval of --interim.")

var (
	connCols        = newConnColumns(ConnLog)
	connInterimCols = newConnColumns(ConnInterimLog)
	colInterim      = ConnInterimLog.CountField("interim", "Number of the record among those of its connection, from 1; it tells of the time ts plus so many intervals.")
)

// connColumns are the columns of conn.log after uid and id.
type connColumns struct {
	proto                event.StringCol
	service              event.StringCol
	duration             event.IntervalCol
	origBytes, respBytes event.CountCol
	connState            event.StringCol
	localOrig, localResp event.BoolCol
	missed               event.CountCol
	history              event.StringCol
	origPkts, origIP     event.CountCol
	respPkts, respIP     event.CountCol
	parents              event.ListCol
	ipProto              event.CountCol
	host                 event.StringCol
	communityID          event.StringCol
}

func newConnColumns(l *event.Log) *connColumns {
	return &connColumns{
		l.EnumField("proto", "Transport: tcp, udp, icmp or unknown_transport."),
		l.StringField("service", "Confirmed application protocols, joined with commas."),
		l.IntervalField("duration", "From the first to the last packet."),
		l.CountField("orig_bytes", "Payload bytes of the originator; for TCP by sequence numbers."),
		l.CountField("resp_bytes", "Payload bytes of the responder; for TCP by sequence numbers."),
		l.StringField("conn_state", "How the connection began and ended: S0, S1, SF, REJ, RSTO, ..."),
		l.BoolField("local_orig", "Whether the originator is in a local network."),
		l.BoolField("local_resp", "Whether the responder is in a local network."),
		l.CountField("missed_bytes", "Bytes missing from the capture."),
		l.StringField("history", "What was seen, in order: S SYN, H SYN and ACK, A ACK, D data, F FIN, R RST, C bad checksum, G gap, T retransmission, W zero window, I inconsistent, Q several flags, ^ flipped; lower case for the responder."),
		l.CountField("orig_pkts", "Packets of the originator."),
		l.CountField("orig_ip_bytes", "Bytes of the originator's IP packets."),
		l.CountField("resp_pkts", "Packets of the responder."),
		l.CountField("resp_ip_bytes", "Bytes of the responder's IP packets."),
		l.SetField("tunnel_parents", event.String, "Unique ids of the tunnels around the connection."),
		l.CountField("ip_proto", "IP protocol number."),
		l.StringField("host", "Name of the server as the traffic gives it: HTTP Host, TLS server name.", event.Extra),
		l.StringField("community_id", "Community id v1 of the connection.", event.Extra),
	}
}

// ConnRecord is what conn.log tells of a connection beyond its endpoints.
type ConnRecord struct {
	Duration  int64     // ns; 0 leaves out duration and bytes
	Bytes     [2]uint64 // payload, of originator and responder
	Pkts      [2]uint64
	IPBytes   [2]uint64
	State     string
	Missed    uint64
	History   []byte
	Parents   []string
	Community []byte
}

// WriteConn writes the conn.log row of c, which is about to be closed.
func (e *Engine) WriteConn(c *Conn, rec *ConnRecord) {
	e.setConn(c.Row(ConnLog, c.Start), connCols, c, rec)
}

// WriteConnInterim writes a row of conn_interim.log, the nth of c.
func (e *Engine) WriteConnInterim(c *Conn, rec *ConnRecord, n uint64) {
	r := c.Row(ConnInterimLog, c.Start)
	e.setConn(r, connInterimCols, c, rec)
	colInterim.Set(r, n)
}

func (e *Engine) setConn(r *event.Row, k *connColumns, c *Conn, rec *ConnRecord) {
	k.proto.SetString(r, protoName(c.Proto))
	if len(c.services) == 1 {
		k.service.SetString(r, c.services[0])
	} else if len(c.services) > 1 {
		var buf [128]byte
		k.service.Set(r, e.AppendServices(buf[:0], c))
	}
	if rec.Duration > 0 {
		k.duration.Set(r, rec.Duration)
		k.origBytes.Set(r, rec.Bytes[Orig])
		k.respBytes.Set(r, rec.Bytes[Resp])
	}
	k.connState.SetString(r, rec.State)
	k.localOrig.Set(r, e.IsLocal(c.Orig))
	k.localResp.Set(r, e.IsLocal(c.Resp))
	k.missed.Set(r, rec.Missed)
	k.history.SetNonEmpty(r, rec.History)
	k.origPkts.Set(r, rec.Pkts[Orig])
	k.origIP.Set(r, rec.IPBytes[Orig])
	k.respPkts.Set(r, rec.Pkts[Resp])
	k.respIP.Set(r, rec.IPBytes[Resp])
	if len(rec.Parents) > 0 {
		k.parents.SetStrings(r, rec.Parents)
	}
	k.ipProto.Set(r, uint64(c.Proto))
	k.host.SetNonEmpty(r, c.host)
	k.communityID.SetNonEmpty(r, rec.Community)
}

func protoName(proto uint8) string {
	switch proto {
	case 6:
		return "tcp"
	case 17:
		return "udp"
	case 1, 58:
		return "icmp"
	}
	return "unknown_transport"
}
