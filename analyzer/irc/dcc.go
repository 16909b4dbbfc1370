package irc

import (
	"bytes"
	"strconv"

	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
	"wirehunt/packet"
)

// dataTimeout is how long the connection of an offered file is waited for.
const dataTimeout = 300e9

// maxOffers is how many offers of a connection are followed.
const maxOffers = 64

// offer is a file offered, with the record of the connection it was offered
// on.
type offer struct {
	rec                record
	ts                 int64
	uid                string
	orig, resp         packet.Addr
	origPort, respPort uint16
	name               []byte
	size               uint64
	logged             bool
}

// privmsg handles PRIVMSG, which carries offers of files:
// "PRIVMSG nick :\x01DCC SEND name address port size\x01".
func (s *session) privmsg(params []byte) {
	_, message, ok := bytes.Cut(params, []byte(" "))
	if !ok {
		s.Weird("irc_invalid_privmsg_message_format", "")
		return
	}
	message = bytes.TrimPrefix(trim(message), []byte(":"))
	message = bytes.TrimPrefix(message, []byte("\x01"))
	if len(message) <= 3 || string(message[:3]) != "DCC" {
		return
	}
	s.words = split(s.words[:0], bytes.TrimSuffix(message, []byte("\x01")), ' ')
	w := s.words
	// The extension "turbo" has a T at the end.
	if n := len(w); n != 5 && n != 6 && (n != 7 || string(w[6]) != "T") {
		s.Weird("irc_invalid_dcc_message_format", "")
		return
	}
	host, ok := number(w[3])
	if !ok || host > 1<<32-1 {
		s.Weird("irc_invalid_dcc_host", "")
		return
	}
	port, _ := number(w[4])
	if port == 0 || port > 1<<16-1 {
		s.Weird("irc_invalid_dcc_port", strconv.FormatUint(port, 10))
		return
	}
	if string(w[1]) != "SEND" {
		return
	}
	addr := packet.AddrFrom4([]byte{byte(host >> 24), byte(host >> 16), byte(host >> 8), byte(host)})
	// What goes between other hosts may be another engine's: it is not
	// followed, so that the records do not depend on how work is spread.
	if s.offers >= maxOffers || addr != s.Conn.Orig && addr != s.Conn.Resp {
		return
	}
	s.offers++
	var size uint64
	if len(w) > 5 {
		size, _ = number(w[5])
	}
	s.Expect(analyzer.Expectation{
		Resp: addr, RespPort: uint16(port), Proto: 6, Analyzer: "irc-dcc-data", Timeout: dataTimeout,
		Value: s.offer(w[2], size),
	})
}

func (s *session) offer(name []byte, size uint64) *offer {
	c := s.Conn
	o := &offer{
		rec: s.rec, ts: c.Now, uid: c.UID, orig: c.Orig, resp: c.Resp, origPort: c.OrigPort, respPort: c.RespPort,
		name: bytes.Clone(name), size: size,
	}
	r := &o.rec
	r.nick, r.user, r.value, r.addl = bytes.Clone(r.nick), bytes.Clone(r.user), bytes.Clone(r.value), bytes.Clone(r.addl)
	return o
}

// number returns the number at the start of b as C's atoi does; ok tells
// whether it is all of b.
func number(b []byte) (n uint64, ok bool) {
	for i, c := range b {
		if !isDigit(c) || n > 1<<48 {
			return n, false
		}
		n = n*10 + uint64(c-'0')
		ok = i == len(b)-1
	}
	return n, ok
}

// Data analyses a connection that carries a file.
type Data struct {
	analyzer.Base

	files [2]file.File
	offer *offer
}

var _ analyzer.Stream = (*Data)(nil)

// Reset implements analyzer.Analyzer.
func (d *Data) Reset() {
	d.offer, _ = d.Expected.(*offer)
	d.Confirm()
}

func (d *Data) open(dir analyzer.Dir) *file.File {
	f := &d.files[dir]
	if !f.IsOpen() {
		f.Open(d.Conn, "IRC_DATA", dir == analyzer.Orig, d)
		if d.offer != nil {
			f.Filename = append(f.Filename[:0], d.offer.name...)
		}
	}
	return f
}

// Data implements analyzer.Stream.
func (d *Data) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	d.open(dir).Data(b)
	return len(b), 0
}

// Gap implements analyzer.Stream.
func (d *Data) Gap(dir analyzer.Dir, n uint64) bool {
	d.open(dir).Gap(n)
	return true
}

// EOF implements analyzer.Stream: the files end with the connection.
func (d *Data) EOF(analyzer.Dir) {}

// Close implements analyzer.Analyzer.  The responder sends the file, the
// originator how much of it it has got.
func (d *Data) Close() {
	for _, dir := range [...]analyzer.Dir{analyzer.Resp, analyzer.Orig} {
		f := &d.files[dir]
		open := f.IsOpen()
		f.EOF()
		if open {
			d.write(f)
		}
	}
}

// FileType implements file.Owner.
func (d *Data) FileType(f *file.File, _ string) { d.write(f) }

// write writes the record of the file in irc.log, on the connection that it
// was offered on; of a connection with several, the first.
func (d *Data) write(f *file.File) {
	o := d.offer
	if o == nil || o.logged {
		return
	}
	o.logged = true
	row := d.Conn.Row(Log, o.ts)
	row.SetConn(o.ts, o.uid, o.orig, o.origPort, o.resp, o.respPort)
	o.rec.fill(row, "DCC")
	colFileName.Set(row, o.name)
	colFileSize.Set(row, o.size)
	if m := f.Mime(); m != "" {
		colMime.SetString(row, m)
	}
	colFUID.SetString(row, f.ID)
}
