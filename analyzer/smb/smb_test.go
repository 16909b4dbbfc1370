package smb

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

func le16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }
func le32(v int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
func le64(v int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(v))) }

func zeros(n int) string { return strings.Repeat("\x00", n) }

func utf16(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

func framed(s string) string {
	return string([]byte{0, byte(len(s) >> 16), byte(len(s) >> 8), byte(len(s))}) + s
}

// message is a message of SMB2: with bit 16 of cmd it is a response.
type message struct {
	cmd, status, mid, tid int
	reply                 bool
	body                  string
}

// header returns the message with the offset of the next one.
func (m message) with(next int) string {
	flags := 0
	if m.reply {
		flags = smb2Response
	}
	return "\xfeSMB" + le16(64) + le16(0) + le32(m.status) + le16(m.cmd) + le16(1) + le32(flags) + le32(next) +
		le64(m.mid) + le32(0) + le32(m.tid) + le64(0x77) + zeros(16) + m.body
}

func (m message) String() string { return framed(m.with(0)) }

// blob places data behind a head of n bytes: its offset from the message and
// its length.
func blob(head int, data string) string { return le16(smb2HeaderLen+head) + le16(len(data)) }

func sessionSetup(mid int, token string) string {
	return message{cmd: smb2SessionSetup, mid: mid, body: le16(25) + zeros(10) + blob(24, token) + zeros(8) + token}.String()
}

func sessionReply(mid, status int, token string) string {
	return message{cmd: smb2SessionSetup, mid: mid, status: status, reply: true, body: le16(9) + le16(0) + blob(8, token) + token}.String()
}

func treeConnect(mid int, path string) string {
	p := utf16(path)
	return message{cmd: smb2TreeConnect, mid: mid, body: le16(9) + le16(0) + blob(8, p) + p}.String()
}

func treeReply(mid, tid, kind int) string {
	return message{cmd: smb2TreeConnect, mid: mid, tid: tid, reply: true, body: le16(16) + string([]byte{byte(kind), 0}) + zeros(12)}.String()
}

func create(mid, tid, options int, name string) message {
	n := utf16(name)
	return message{cmd: smb2Create, mid: mid, tid: tid, body: le16(57) + zeros(38) + le32(options) + blob(56, n) + zeros(8) + n}
}

// times are those of creation, last access, last write and change.
func times(n int) string {
	const t = 133500000000000000
	return le64(t) + le64(t+n) + le64(t+20000000) + le64(t+30000000)
}

func createReply(mid, tid, fid, size, n int) message {
	return message{cmd: smb2Create, mid: mid, tid: tid, reply: true,
		body: le16(89) + zeros(6) + times(n) + le64(size) + le64(size) + zeros(8) + le64(fid) + le64(fid) + zeros(8)}
}

func closeFile(mid, tid, fid int) message {
	return message{cmd: smb2Close, mid: mid, tid: tid, body: le16(24) + zeros(6) + le64(fid) + le64(fid)}
}

func read(mid, tid, fid, off int) message {
	return message{cmd: smb2Read, mid: mid, tid: tid, body: le16(49) + zeros(2) + le32(4096) + le64(off) + le64(fid) + le64(fid) + zeros(16)}
}

func readReply(mid, tid int, data string) message {
	return message{cmd: smb2Read, mid: mid, tid: tid, reply: true, body: le16(17) + "\x50\x00" + le32(len(data)) + zeros(8) + data}
}

func write(mid, tid, fid, off int, data string) message {
	return message{cmd: smb2Write, mid: mid, tid: tid,
		body: le16(49) + le16(112) + le32(len(data)) + le64(off) + le64(fid) + le64(fid) + zeros(16) + data}
}

func setInfo(mid, tid, fid, class int, info string) message {
	return message{cmd: smb2SetInfo, mid: mid, tid: tid,
		body: le16(33) + string([]byte{infoTypeFile, byte(class)}) + le32(len(info)) + le16(96) + zeros(6) + le64(fid) + le64(fid) + info}
}

func done(m message) message {
	return message{cmd: m.cmd, mid: m.mid, tid: m.tid, reply: true, body: le16(9) + zeros(6)}
}

// smb1 is a message of SMB1.
func smb1(cmd, status, flags, tid, mid int, words, data string) string {
	return framed("\xffSMB" + string([]byte{byte(cmd)}) + le32(status) + string([]byte{byte(flags)}) + le16(smb1Unicode) +
		zeros(12) + le16(tid) + le16(1) + le16(1) + le16(mid) + string([]byte{byte(len(words) / 2)}) + words + le16(len(data)) + data)
}

const andX = "\xff\x00\x00\x00"

// child stands in for the analyzers that SMB hands data to.
type child struct {
	analyzer.Base
	log *string
}

func (c *child) Reset()                        {}
func (c *child) Close()                        { *c.log += c.Spec().Name + " closed\n" }
func (c *child) EOF(analyzer.Dir)              {}
func (c *child) Gap(analyzer.Dir, uint64) bool { return true }
func (c *child) Result(ok bool) {
	*c.log += c.Spec().Name + map[bool]string{true: " yes\n", false: " no\n"}[ok]
}
func (c *child) Datagram(dir analyzer.Dir, b []byte, _ int) {
	*c.log += c.Spec().Name + []string{" > ", " < "}[dir] + string(b) + "\n"
}
func (c *child) Data(dir analyzer.Dir, b []byte) (int, int) {
	c.Datagram(dir, b, len(b))
	return len(b), 0
}

func run(t testing.TB, steps ...analyzertest.Step) string {
	t.Helper()
	var log string
	o := analyzertest.Options{RespPort: 445}
	for _, n := range []string{"gssapi", "dce_rpc"} {
		o.More = append(o.More, &analyzer.Spec{Name: n, New: func() analyzer.Analyzer { return &child{log: &log} }})
	}
	want := ""
	for i, n := range []int{0, 1, 3, 100} {
		log = ""
		o.Chunk = n
		got := analyzertest.Run(t, Spec(), o, steps...)
		if got += log; i == 0 {
			want = got
		} else if got != want {
			t.Fatalf("in pieces of %d bytes:\n%s\nwant\n%s", n, got, want)
		}
	}
	return want
}

func TestSMB2(t *testing.T) {
	o := func(s interface{ String() string }) analyzertest.Step { return analyzertest.Orig(s.String()) }
	r := func(s interface{ String() string }) analyzertest.Step { return analyzertest.Resp(s.String()) }
	so, sr := analyzertest.Orig, analyzertest.Resp
	disk := []analyzertest.Step{so(treeConnect(1, `\\srv\data`)), sr(treeReply(1, 5, 1))}
	on := func(steps ...analyzertest.Step) []analyzertest.Step { return append(disk[:2:2], steps...) }
	del := setInfo(4, 5, 9, infoDisposition, "\x01")
	ren := setInfo(4, 5, 9, infoRename, zeros(16)+le32(len(utf16("new.txt")))+utf16("new.txt"))
	for name, steps := range map[string][]analyzertest.Step{
		"session": {
			so(sessionSetup(1, "hello")), sr(sessionReply(1, statusMoreProcessing, "challenge")),
			so(sessionSetup(2, "answer")), sr(sessionReply(2, 0xc000006d, "")),
			so(sessionSetup(3, "again")), sr(sessionReply(3, 0, "welcome")),
		},
		"open": on(
			o(create(2, 5, 0, `dir\a.txt`)), r(createReply(2, 5, 9, 77, 1)), o(closeFile(3, 5, 9)), r(done(closeFile(3, 5, 9))),
			// The same again is not logged, but for another size it is.
			o(create(4, 5, 0, `dir\a.txt`)), r(createReply(4, 5, 10, 77, 2)),
			o(create(5, 5, 0, `dir\a.txt`)), r(createReply(5, 5, 11, 78, 2)),
			o(create(6, 5, 0, "")), r(createReply(6, 5, 12, 0, 2)),
		),
		"open failed":     on(o(create(2, 5, 0, "x")), sr(message{cmd: smb2Create, status: 0xc0000034, mid: 2, tid: 5, reply: true, body: le16(9) + zeros(7)}.String())),
		"rename":          on(o(create(2, 5, 0, "old.txt")), r(createReply(2, 5, 9, 1, 1)), o(ren), r(done(ren))),
		"delete":          on(o(create(2, 5, 0, "a")), r(createReply(2, 5, 9, 1, 1)), o(del), r(done(del))),
		"delete on close": on(o(create(2, 5, optionDeleteOnClose, "a")), r(createReply(2, 5, 9, 1, 1)), o(closeFile(3, 5, 9))),
		"content": on(
			o(create(2, 5, 0, "in.txt")), r(createReply(2, 5, 9, 11, 1)), o(read(3, 5, 9, 0)), r(readReply(3, 5, "hello world")),
			o(closeFile(4, 5, 9)),
			o(create(5, 5, 0, "out.pdf")), r(createReply(5, 5, 10, 0, 1)), o(write(6, 5, 10, 0, "%PDF-1.4\n")),
			o(write(7, 5, 10, 9, "more of it")), o(closeFile(8, 5, 10)),
		),
		"pipe": {
			so(treeConnect(1, `\\srv\IPC$`)), sr(treeReply(1, 6, 2)), o(create(2, 6, 0, "srvsvc")), r(createReply(2, 6, 9, 0, 1)),
			o(write(3, 6, 9, 0, "bind")), o(read(4, 6, 9, 0)), r(readReply(4, 6, "ack")),
			o(message{cmd: smb2Ioctl, mid: 5, tid: 6, body: le16(57) + le16(0) + le32(fsctlPipeTransceive) + le64(9) + le64(9) +
				le32(120) + le32(4) + zeros(24) + "call"}),
			r(message{cmd: smb2Ioctl, mid: 5, tid: 6, reply: true, body: le16(49) + le16(0) + le32(fsctlPipeTransceive) + le64(9) + le64(9) +
				le32(112) + le32(0) + le32(112) + le32(6) + zeros(8) + "result"}),
			o(closeFile(6, 6, 9)),
		},
		"pipe by name": {o(create(2, 6, 0, "samr")), r(createReply(2, 6, 9, 0, 1)), o(write(3, 6, 9, 0, "bind"))},
		"chain": on(so(framed(pad(create(2, 5, 0, "a.txt"))+closeFile(3, 5, 9).with(0))),
			sr(framed(pad(createReply(2, 5, 9, 3, 1))+done(closeFile(3, 5, 9)).with(0)))),
		"print": {so(treeConnect(1, `\\srv\laser`)), sr(treeReply(1, 7, 3)), o(create(2, 7, 0, "job")), r(createReply(2, 7, 9, 0, 1)), o(closeFile(3, 7, 9))},
		"gap": on(analyzertest.Gap(analyzer.Orig, 1000), so("the rest of a message"+create(2, 5, 0, "a.txt").String()),
			r(createReply(2, 5, 9, 1, 1))),
		"keepalive and encrypted": on(so("\x85\x00\x00\x00"), so(framed("\xfdSMB"+zeros(80))), o(create(2, 5, 0, "b.txt")), r(createReply(2, 5, 9, 1, 1))),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, filepath.Join("testdata", "smb2-"+strings.ReplaceAll(name, " ", "-")+".golden"), []byte(run(t, steps...)))
		})
	}
}

// pad returns the message as one of a chain.
func pad(m message) string {
	m.body += zeros(7 - (len(m.body)+7)%8)
	return m.with(smb2HeaderLen + len(m.body))
}

func TestSMB1(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	connect := func(path, service string) string {
		data := "\x00" + utf16(path+"\x00") + service + "\x00" // the password, and no pad: the path is aligned
		return smb1(smb1TreeConnect, 0, 0, 0, 1, andX+le16(0)+le16(1), data)
	}
	connected := func(tid int, service, native string) string {
		data := service + "\x00"
		if len(data)%2 == 0 {
			data += "\x00"
		}
		return smb1(smb1TreeConnect, 0, smb1Reply, tid, 1, andX+le16(0), data+utf16(native+"\x00"))
	}
	ntCreate := func(tid, mid int, name string) string {
		n := utf16(name)
		return smb1(smb1NTCreate, 0, 0, tid, mid, andX+"\x00"+le16(len(n))+zeros(41), "\x00"+n)
	}
	created := func(tid, mid, fid, size int) string {
		return smb1(smb1NTCreate, 0, smb1Reply, tid, mid, andX+"\x00"+le16(fid)+le32(1)+times(1)+le32(0)+le64(size)+le64(size)+zeros(5), "")
	}
	for name, steps := range map[string][]analyzertest.Step{
		"share": {o(connect(`\\SRV\DATA`, "?????")), r(connected(3, "A:", "NTFS"))},
		"file": {
			o(connect(`\\SRV\DATA`, "?????")), r(connected(3, "A:", "NTFS")), o(ntCreate(3, 2, `\dir\a.txt`)), r(created(3, 2, 9, 12)),
			o(smb1(smb1ReadAndX, 0, 0, 3, 3, andX+le16(9)+le32(0)+le16(100)+le16(0)+le32(0)+le16(0), "")),
			r(smb1(smb1ReadAndX, 0, smb1Reply, 3, 3, andX+zeros(6)+le16(5)+le16(59)+zeros(10), "hello")),
			o(smb1(smb1Close, 0, 0, 3, 4, le16(9)+le32(0), "")),
		},
		"pipe": {
			o(connect(`\\SRV\IPC$`, "IPC")), r(connected(4, "IPC", "")), o(ntCreate(4, 2, `\samr`)), r(created(4, 2, 8, 0)),
			o(smb1(smb1WriteAndX, 0, 0, 4, 3, andX+le16(8)+zeros(10)+zeros(4)+le16(4)+le16(59), "bind")),
			o(smb1(smb1Transaction, 0, 0, 4, 4, zeros(22)+le16(4)+le16(82)+"\x02\x00"+le16(0x26)+le16(8), "\x00"+utf16("\\PIPE\\\x00")+"call")),
			r(smb1(smb1Transaction, 0, smb1Reply, 4, 4, zeros(12)+le16(6)+le16(55)+zeros(4), "result")),
		},
		"session": {
			o(smb1(smb1SessionSetup, 0, 0, 0, 1, andX+zeros(10)+le16(5)+zeros(8), "hello")),
			r(smb1(smb1SessionSetup, statusMoreProcessing, smb1Reply, 0, 1, andX+le16(0)+le16(9), "challenge")),
			o(smb1(smb1SessionSetup, 0, 0, 0, 2, andX+zeros(10)+le16(6)+zeros(8), "answer")),
			r(smb1(smb1SessionSetup, 0, smb1Reply, 0, 2, andX+le16(0)+le16(0), "")),
		},
		"negotiate": {
			o(smb1(smb1Negotiate, 0, 0, 0, 1, "", "\x02NT LM 0.12\x00")),
			r(smb1(smb1Negotiate, 0, smb1Reply, 0, 1, zeros(19)+le32(smb1ExtSecurity)+zeros(11), zeros(16)+"token")),
		},
		"chain that stands still": {o(smb1(smb1LogoffAndX, 0, 0, 0, 1, "\x74\x00"+le16(0), ""))},
	} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, filepath.Join("testdata", "smb1-"+strings.ReplaceAll(name, " ", "-")+".golden"), []byte(run(t, steps...)))
		})
	}
}

func TestLongMessages(t *testing.T) {
	// A write longer than what is looked at as a whole, with a gap in it.
	data := strings.Repeat("0123456789abcdef", 20000)
	msg := write(3, 5, 9, 0, data).String()
	cut := len(msg) - 100000
	head := []analyzertest.Step{analyzertest.Orig(create(2, 5, 0, "big").String()), analyzertest.Resp(createReply(2, 5, 9, 0, 1).String())}
	next := analyzertest.Orig(create(4, 5, 0, "after").String())
	last := analyzertest.Resp(createReply(4, 5, 10, 0, 1).String())
	opt := analyzertest.Options{RespPort: 445, Chunk: 1460}
	got := analyzertest.Run(t, Spec(), opt, append(head[:2:2], analyzertest.Orig(msg), next, last)...)
	if !strings.Contains(got, `"seen_bytes":320000,`) || !strings.Contains(got, `"missing_bytes":0,`) || !strings.Contains(got, `"name":"after"`) {
		t.Errorf("whole: %s", got)
	}
	got = analyzertest.Run(t, Spec(), opt, append(head[:2:2], analyzertest.Orig(msg[:cut]), analyzertest.Gap(analyzer.Orig, 1000),
		analyzertest.Orig(msg[cut+1000:]), next, last)...)
	if !strings.Contains(got, `"seen_bytes":319000,`) || !strings.Contains(got, `"missing_bytes":1000,`) || !strings.Contains(got, `"name":"after"`) {
		t.Errorf("with a gap: %s", got)
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01", framed("HELLO WORLD"), framed("\xfeSMB" + zeros(60)),
		framed("\xffSMB"), framed("\xfeSMB" + le16(64) + zeros(6) + le16(99) + zeros(60))} {
		if got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, analyzertest.Orig(s)); got != "service \n" {
			t.Errorf("%q: %s", s, got)
		}
	}
}

func TestProbe(t *testing.T) {
	f := func(want analyzer.Verdict, s string) {
		t.Helper()
		if got := probe(&analyzer.Start{Orig: []byte(s)}); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
	f(analyzer.Yes, framed("\xfeSMB"+zeros(60)))
	f(analyzer.Yes, framed("\xffSMBr"))
	f(analyzer.NeedMore, "\x00\x00\x00")
	f(analyzer.No, "\x00\x00\x00\x10GET /")
	f(analyzer.No, "")
}

func TestLimits(t *testing.T) {
	var b bytes.Buffer
	for i := range 3 * maxPending {
		b.WriteString(create(i, 1+i%2000, 0, "x").String())
		b.WriteString(write(i, 1+i%2000, i, 0, "y").String())
	}
	got := analyzertest.Run(t, Spec(), analyzertest.Options{RespPort: 445}, analyzertest.Send(analyzer.Orig, b.Bytes()))
	if n := strings.Count(got, "SMB_discarded_messages_state"); n == 0 || n > 3 {
		t.Errorf("%d times too many messages", n)
	}
}

// BenchmarkRead reads a file of 64 KiB, in segments of 1,460 bytes.
func BenchmarkRead(b *testing.B) {
	e := analyzer.NewEngine([]*analyzer.Spec{Spec()}, analyzer.Options{})
	c := &analyzer.Conn{UID: "C1", Proto: 6, RespPort: 445}
	e.OpenWith(c, "smb")
	e.Data(c, analyzer.Orig, []byte(create(2, 5, 0, "big").String()))
	e.Data(c, analyzer.Resp, []byte(createReply(2, 5, 9, 0, 1).String()))
	ask, answer := []byte(read(3, 5, 9, 0).String()), []byte(readReply(3, 5, strings.Repeat("x", 64<<10)).String())
	b.SetBytes(int64(len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		e.Data(c, analyzer.Orig, ask)
		for p := answer; len(p) > 0; {
			n := min(len(p), 1460)
			e.Data(c, analyzer.Resp, p[:n])
			p = p[n:]
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(treeConnect(1, `\\s\IPC$`)+create(2, 6, 0, "srvsvc").String()+write(3, 6, 9, 0, "bind").String()+closeFile(4, 6, 9).String()),
		[]byte(treeReply(1, 6, 2)+createReply(2, 6, 9, 0, 1).String()), 5)
	f.Add([]byte(sessionSetup(1, "x")+setInfo(2, 5, 9, infoRename, zeros(16)+le32(2)+"a\x00").String()), []byte(sessionReply(1, 0, "y")), 1)
	f.Add([]byte(smb1(smb1Transaction, 0, 0, 4, 4, zeros(22)+le16(4)+le16(82)+"\x02\x00"+le16(0x26)+le16(8), "\x00"+utf16("\\PIPE\\\x00")+"call")),
		[]byte(smb1(smb1NTCreate, 0, smb1Reply, 1, 1, zeros(68), "")), 9)
	f.Fuzz(func(t *testing.T, q, r []byte, chunk int) {
		steps := []analyzertest.Step{analyzertest.Send(analyzer.Orig, q), analyzertest.Send(analyzer.Resp, r)}
		if len(q) > 20 {
			steps = append(steps, analyzertest.Gap(analyzer.Orig, 9), analyzertest.Send(analyzer.Orig, q[3:]))
		}
		want := analyzertest.Run(t, Spec(), analyzertest.Options{RespPort: 445}, steps...)
		if chunk > 0 {
			if got := analyzertest.Run(t, Spec(), analyzertest.Options{RespPort: 445, Chunk: chunk}, steps...); got != want {
				t.Errorf("in pieces of %d bytes: %s\nwant %s", chunk, got, want)
			}
		}
	})
}
