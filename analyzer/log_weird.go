package analyzer

import (
	"wirehunt/event"
	"wirehunt/packet"
)

// WeirdLog is weird.log: traffic that breaks the rules of its protocol.
var WeirdLog = event.NewLog("weird", "", "Oddities: traffic that breaks the rules of its protocol.")

var weirdCols = struct {
	name, addl event.StringCol
	notice     event.BoolCol
	peer       event.StringCol
	source     event.StringCol
}{
	WeirdLog.StringField("name", "Name of the oddity, as in Zeek."),
	WeirdLog.StringField("addl", "More about it."),
	WeirdLog.BoolField("notice", "Whether it was also raised as a notice; never here."),
	WeirdLog.StringField("peer", "Who observed it."),
	WeirdLog.StringField("source", "The analyzer that reported it."),
}

// WeirdName and WeirdAddl are the indexes of weird.log's fields name and
// addl.
var (
	WeirdName = weirdCols.name.Index()
	WeirdAddl = weirdCols.addl.Index()
)

// Weird writes a record about c to weird.log; addl and source may be "".
// Repetitions are dropped where rows of all shards come together.
func (e *Engine) Weird(c *Conn, source, name, addl string) {
	if WeirdIgnored(name) {
		return
	}
	r := e.row(c.Hash, WeirdLog)
	r.SetConn(e.now, c.UID, c.Orig, c.OrigPort, c.Resp, c.RespPort)
	setWeird(r, source, name, addl)
}

// FlowWeird is Weird for packets that belong to no connection: src and dst
// are logged with port 0.
func (e *Engine) FlowWeird(src, dst packet.Addr, hash uint64, source, name, addl string) {
	if WeirdIgnored(name) {
		return
	}
	r := e.row(hash, WeirdLog)
	setEndpoints(r, e.now, src, 0, dst, 0)
	setWeird(r, source, name, addl)
}

// setEndpoints is SetConn for what has no unique id.
func setEndpoints(r *event.Row, ts int64, orig packet.Addr, origPort uint16, resp packet.Addr, respPort uint16) {
	r.SetTs(ts)
	r.SetBytes(event.FieldOrigH, orig[:])
	r.SetCell(event.FieldOrigP, uint64(origPort))
	r.SetBytes(event.FieldRespH, resp[:])
	r.SetCell(event.FieldRespP, uint64(respPort))
}

// NetWeird is Weird for frames without addresses.
func (e *Engine) NetWeird(hash uint64, source, name, addl string) {
	if WeirdIgnored(name) {
		return
	}
	r := e.row(hash, WeirdLog)
	r.SetTs(e.now)
	setWeird(r, source, name, addl)
}

func setWeird(r *event.Row, source, name, addl string) {
	weirdCols.name.SetString(r, name)
	if addl != "" {
		weirdCols.addl.SetString(r, addl)
	}
	weirdCols.notice.Set(r, weirdNotices(name))
	weirdCols.peer.SetString(r, "zeek")
	if source != "" {
		weirdCols.source.SetString(r, source)
	}
}

// WeirdIgnored reports whether Zeek's default policy does not log the oddity
// at all (scripts/base/frameworks/notice/weird.zeek).
func WeirdIgnored(name string) bool {
	switch name {
	case "unsolicited_SYN_response", "FIN_after_reset", "spontaneous_FIN", "spontaneous_RST":
		return true
	}
	return false
}

// weirdNotices reports whether the oddity also raises a notice.
func weirdNotices(name string) bool {
	switch name {
	case "FIN_storm", "SYN_after_partial", "successful_RPC_reply_to_invalid_request":
		return true
	}
	return false
}

// WeirdPerOrig reports whether an oddity is logged once for an originator
// instead of once for a connection.
func WeirdPerOrig(name string) bool {
	switch name {
	case "bad_ICMP_checksum", "bad_TCP_checksum", "bad_UDP_checksum", "bad_IP_checksum", "bad_RPC",
		"connection_originator_SYN_ack", "DNS_label_forward_compress_offset", "DNS_label_len_gt_name_len",
		"DNS_label_len_gt_pkt", "DNS_label_too_long", "excess_RPC", "FIN_storm", "originator_RPC_reply",
		"partial_RPC", "responder_RPC_call", "successful_RPC_reply_to_invalid_request",
		"SYN_after_partial", "SYN_with_data", "UDP_datagram_length_mismatch", "excessively_small_fragment",
		"fragment_inconsistency", "fragment_overlap", "fragment_size_inconsistency":
		return true
	}
	return false
}
