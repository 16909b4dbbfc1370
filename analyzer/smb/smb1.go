package smb

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/win"
)

// Commands of SMB1 ([MS-CIFS] section 2.2.2.1).
const (
	smb1Close         = 0x04
	smb1Transaction   = 0x25
	smb1LockingAndX   = 0x24
	smb1OpenAndX      = 0x2d
	smb1ReadAndX      = 0x2e
	smb1WriteAndX     = 0x2f
	smb1TreeDisc      = 0x71
	smb1Negotiate     = 0x72
	smb1SessionSetup  = 0x73
	smb1LogoffAndX    = 0x74
	smb1TreeConnect   = 0x75
	smb1NTCreate      = 0xa2
	smb1NoAndX        = 0xff
	smb1HeaderLen     = 32
	smb1Reply         = 0x80
	smb1Unicode       = 0x8000
	smb1ExtSecurity   = 0x80000000
	smb1NoHandle      = 0xffff
	maxAndX           = 10
	smb1NegotiateNTLM = 17 // words of a response that chose the NT dialect
)

// smb1Msg is one message, and the command of its chain that is looked at.
type smb1Msg struct {
	dir     analyzer.Dir
	b       []byte // the message
	status  uint32
	reply   bool
	unicode bool
	tid     uint32
	mid     uint64
	words   []byte
	data    []byte
	dataOff int // where data begins in b
}

func (a *Analyzer) smb1(dir analyzer.Dir, b []byte) bool {
	if len(b) < smb1HeaderLen+3 {
		return false
	}
	m := smb1Msg{
		dir: dir, b: b, status: le.Uint32(b[5:]), reply: b[9]&smb1Reply != 0,
		unicode: le.Uint16(b[10:])&smb1Unicode != 0,
		tid:     uint32(le.Uint16(b[24:])), mid: uint64(le.Uint16(b[30:])),
	}
	a.Confirm()
	c := a.command(m.mid)
	t := a.tree(m.tid)
	if c.tree == nil {
		c.tree = t
	}
	cmd, off := b[4], smb1HeaderLen
	for depth := 0; ; depth++ {
		if depth == maxAndX {
			a.Weird("smb_andx_depth_exceeded", "")
			a.Conn.Skip()
			return false
		}
		n := int(b[off])
		words := part(b, uint64(off+1), uint64(2*n))
		if words == nil {
			return false
		}
		m.words = words
		m.dataOff = off + 1 + 2*n + 2
		m.data = nil
		if m.dataOff <= len(b) {
			m.data = upTo(b, uint64(m.dataOff), uint64(le.Uint16(b[m.dataOff-2:])))
		}
		if m.reply {
			a.smb1Response(&m, cmd, c)
		} else {
			a.smb1Request(&m, cmd, c)
		}
		if !isAndX(cmd) || n < 2 || words[0] == smb1NoAndX {
			break
		}
		next := int(le.Uint16(words[2:]))
		if next <= off {
			a.Weird("smb_andx_offset_not_advancing", "")
			a.Conn.Skip()
			return false
		}
		if next+3 > len(b) {
			break
		}
		cmd, off = words[0], next
	}
	if m.reply {
		a.s.done(m.mid)
	}
	return true
}

func isAndX(cmd byte) bool {
	switch cmd {
	case smb1LockingAndX, smb1OpenAndX, smb1ReadAndX, smb1WriteAndX, smb1SessionSetup, smb1LogoffAndX,
		smb1TreeConnect, smb1NTCreate:
		return true
	}
	return false
}

// text returns the string at the start of data[at:], in UTF-8, and what
// follows it.  Unicode strings are aligned to the message.
func (m *smb1Msg) text(at int, unicode bool) (s, rest []byte) {
	b := upTo(m.data, uint64(at), uint64(len(m.data)))
	if !unicode {
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return b[:i], b[i+1:]
		}
		return b, nil
	}
	if (m.dataOff+at)%2 != 0 && len(b) > 0 {
		b = b[1:]
	}
	s, rest = win.CutUTF16(b)
	return win.AppendUTF16(nil, s), rest
}

func (a *Analyzer) smb1Request(m *smb1Msg, cmd byte, c *command) {
	w := m.words
	switch cmd {
	case smb1SessionSetup:
		if len(w) == 24 {
			a.token(m.dir, upTo(m.data, 0, uint64(le.Uint16(w[14:]))))
		}
	case smb1TreeConnect:
		if len(w) < 8 {
			return
		}
		t := &tree{ts: a.Conn.Now, known: true}
		path, rest := m.text(int(le.Uint16(w[6:])), m.unicode)
		t.path = append(t.path, path...)
		if i := bytes.IndexByte(rest, 0); i >= 0 {
			t.service = append(t.service, rest[:i]...)
		}
		c.tree = t
	case smb1NTCreate:
		if len(w) < 48 {
			return
		}
		f := &file{ts: a.Conn.Now, action: fileOpen}
		name := m.data
		if m.unicode && m.dataOff%2 != 0 && len(name) > 0 {
			name = name[1:]
		}
		f.setName(upTo(name, 0, uint64(le.Uint16(w[5:]))), m.unicode)
		c.file = f
	case smb1ReadAndX:
		if len(w) >= 20 {
			c.id, c.isPipe = smb1ID(w[4:]), a.smb1Pipe(c)
			c.off = uint64(le.Uint32(w[6:]))
			if len(w) >= 24 {
				c.off |= uint64(le.Uint32(w[20:])) << 32
			}
			a.touch(c)
		}
	case smb1WriteAndX:
		if len(w) >= 24 {
			c.id = smb1ID(w[4:])
			a.touch(c)
			at, n := uint64(le.Uint16(w[22:])), uint64(le.Uint16(w[20:]))|uint64(le.Uint16(w[18:]))<<16
			if a.smb1Pipe(c) {
				a.pipeData(m.dir, c.id, part(m.b, at, n))
				return
			}
			off := uint64(le.Uint32(w[6:]))
			if len(w) >= 28 {
				off |= uint64(le.Uint32(w[24:])) << 32
			}
			a.content(m.dir, c.file, off, m.b, at, n)
		}
	case smb1Close:
		if len(w) >= 6 {
			id := smb1ID(w)
			if f := a.s.files[id]; f != nil {
				f.closeContent()
				delete(a.s.files, id)
			}
			a.closePipe(id)
		}
	case smb1Transaction:
		a.smb1TransactionRequest(m, c)
	case smb1TreeDisc:
		delete(a.s.trees, m.tid)
	}
}

func smb1ID(b []byte) fileID { return fileID{persistent: uint64(le.Uint16(b))} }

func (a *Analyzer) smb1Pipe(c *command) bool { return c.tree.kind == sharePipe }

// touch notes a read or write of a command's file, which gives it the path of
// its share.
func (a *Analyzer) touch(c *command) {
	f := a.file(c.id, c)
	f.action = other
	if !f.hasPath {
		f.setPath(c.tree)
	}
}

func (a *Analyzer) smb1TransactionRequest(m *smb1Msg, c *command) {
	w := m.words
	if len(w) < 28 {
		return
	}
	name, _ := m.text(0, m.unicode)
	if !bytes.EqualFold(name, []byte(`\PIPE\`)) {
		return
	}
	c.id, c.isPipe = fileID{persistent: smb1NoHandle}, true
	if w[26] >= 2 && len(w) >= 32 {
		c.id = smb1ID(w[30:])
	}
	a.pipeData(m.dir, c.id, part(m.b, uint64(le.Uint16(w[24:])), uint64(le.Uint16(w[22:]))))
}

func (a *Analyzer) smb1Response(m *smb1Msg, cmd byte, c *command) {
	w := m.words
	switch cmd {
	case smb1Negotiate:
		const guidLen = 16
		if len(w) == 2*smb1NegotiateNTLM && le.Uint32(w[19:])&smb1ExtSecurity != 0 && len(m.data) > guidLen {
			a.token(m.dir, m.data[guidLen:])
		}
	case smb1SessionSetup:
		if len(w) == 8 {
			a.token(m.dir, upTo(m.data, 0, uint64(le.Uint16(w[6:]))))
		}
		a.sessionStatus(m.status)
	case smb1TreeConnect:
		if m.status != 0 || len(w) < 4 {
			return
		}
		t := c.tree
		service, _ := m.text(0, false)
		t.service = append(t.service[:0], service...)
		if string(service) == "IPC" {
			t.kind = sharePipe
		}
		native, _ := m.text(len(service)+1, m.unicode)
		if len(native) > 0 {
			t.native = append(t.native[:0], native...)
		}
		a.setTree(m.tid, t)
		a.writeMapping(t)
	case smb1NTCreate:
		if m.status != 0 || len(w) < 68 {
			return
		}
		f := c.own()
		f.action = fileOpen
		f.size = le.Uint64(w[55:])
		f.setTimes(w[11:43])
		a.s.files[smb1ID(w[5:])] = f
		a.writeFile(f)
	case smb1ReadAndX:
		if len(w) < 24 {
			return
		}
		at, n := uint64(le.Uint16(w[12:])), uint64(le.Uint16(w[10:]))|uint64(le.Uint16(w[14:]))<<16
		if c.isPipe {
			a.pipeData(m.dir, c.id, part(m.b, at, n))
		} else if c.file != nil {
			a.content(m.dir, c.file, c.off, m.b, at, n)
		}
	case smb1Transaction:
		if len(w) >= 20 && c.isPipe {
			a.pipeData(m.dir, c.id, part(m.b, uint64(le.Uint16(w[14:])), uint64(le.Uint16(w[12:]))))
		}
	}
}
