package smb

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/wire/win"
)

// Commands of SMB2 ([MS-SMB2] section 2.2.1.2).
const (
	smb2Negotiate      = 0
	smb2SessionSetup   = 1
	smb2TreeConnect    = 3
	smb2TreeDisconnect = 4
	smb2Create         = 5
	smb2Close          = 6
	smb2Read           = 8
	smb2Write          = 9
	smb2Ioctl          = 11
	smb2SetInfo        = 17
	smb2Max            = 18
)

const (
	smb2HeaderLen = 64

	smb2Response = 1 << 0
	smb2Async    = 1 << 1

	statusPending        = 0x103
	statusBufferOverflow = 0x80000005

	optionDeleteOnClose = 0x1000
	fsctlPipeTransceive = 0x0011c017

	// Kinds of information that SET_INFO sets ([MS-FSCC] section 2.4).
	infoTypeFile      = 1
	infoBasic         = 4
	infoRename        = 10
	infoDisposition   = 13
	infoDispositionEx = 64
	infoRenameEx      = 65
)

// smb2Msg is one message of a chain.
type smb2Msg struct {
	dir      analyzer.Dir
	b        []byte // from its header on, to the next one
	command  uint16
	status   uint32
	response bool
	async    bool
	mid      uint64
	tid      uint32
}

// body returns what follows the header.
func (m *smb2Msg) body() []byte { return m.b[smb2HeaderLen:] }

// smb2Chain analyzes the messages of a chain ([MS-SMB2] section 3.2.4.1.4).
func (a *Analyzer) smb2Chain(dir analyzer.Dir, b []byte) bool {
	for {
		if len(b) < smb2HeaderLen {
			return false
		}
		if le.Uint16(b[4:]) != smb2HeaderLen {
			return false
		}
		flags := le.Uint32(b[16:])
		m := smb2Msg{
			dir: dir, b: b, command: le.Uint16(b[12:]), status: le.Uint32(b[8:]),
			response: flags&smb2Response != 0, async: flags&smb2Async != 0,
			mid: le.Uint64(b[24:]), tid: le.Uint32(b[36:]),
		}
		if m.command > smb2Max {
			return false
		}
		next := uint64(le.Uint32(b[20:]))
		if next != 0 {
			if next < smb2HeaderLen || next%8 != 0 {
				return false
			}
			if next < uint64(len(b)) {
				m.b = b[:next]
			}
		}
		a.Confirm()
		a.smb2(&m)
		if next == 0 || next >= uint64(len(b)) {
			return true
		}
		b = b[next:]
		if len(b) < 4 || b[0] != 0xfe || !knownProtocol(b) {
			return false
		}
	}
}

func (a *Analyzer) smb2(m *smb2Msg) {
	c := a.command(m.mid)
	if !m.async {
		switch {
		case m.tid != 0 && m.response && m.command == smb2TreeConnect && c.tree != nil && c.tree.known:
			a.setTree(m.tid, c.tree)
		case m.tid != 0:
			c.tree = a.tree(m.tid)
		default:
			a.noTree(c)
		}
	} else if c.tree == nil {
		a.noTree(c)
	}
	if m.response {
		a.smb2Reply(m, c)
		if m.status != statusPending {
			a.s.done(m.mid)
		}
		return
	}
	a.smb2Request(m, c)
}

// noTree gives a command that names no share one about which nothing is
// known.
func (a *Analyzer) noTree(c *command) {
	a.s.noTree = tree{ts: a.Conn.Now}
	c.tree = &a.s.noTree
}

func (a *Analyzer) smb2Request(m *smb2Msg, c *command) {
	b := m.body()
	switch m.command {
	case smb2SessionSetup:
		if len(b) >= 16 {
			a.token(m.dir, upTo(m.b, uint64(le.Uint16(b[12:])), uint64(le.Uint16(b[14:]))))
		}
	case smb2TreeConnect:
		if len(b) >= 8 {
			c.tree = &tree{ts: c.ts, known: true}
			c.tree.path = win.AppendUTF16(nil, part(m.b, uint64(le.Uint16(b[4:])), uint64(le.Uint16(b[6:]))))
		}
	case smb2TreeDisconnect:
		delete(a.s.trees, m.tid)
	case smb2Create:
		a.smb2CreateRequest(m, c)
	case smb2Close:
		if len(b) >= 24 {
			id := smb2ID(b[8:])
			f := a.file(id, c)
			f.action = other
			switch {
			case f.deleteOnClose:
				f.action = fileDelete
			case c.tree.kind == sharePrint:
				f.action = printClose
			}
			f.setPath(c.tree)
			delete(a.s.files, id)
			a.writeFile(f)
			f.closeContent()
			a.closePipe(id)
		}
	case smb2Read:
		if len(b) >= 32 {
			c.id, c.off, c.isPipe = smb2ID(b[16:]), le.Uint64(b[8:]), c.tree.kind == sharePipe
			a.file(c.id, c).action = other
		}
	case smb2Write:
		if len(b) >= 32 {
			id := smb2ID(b[16:])
			f := a.file(id, c)
			f.action = other
			at, n := uint64(le.Uint16(b[2:])), uint64(le.Uint32(b[4:]))
			if c.tree.kind == sharePipe {
				a.pipeData(m.dir, id, part(m.b, at, n))
			} else {
				a.content(m.dir, f, le.Uint64(b[8:]), m.b, at, n)
			}
		}
	case smb2Ioctl:
		if len(b) >= 56 && le.Uint32(b[4:]) == fsctlPipeTransceive {
			c.id, c.isPipe = smb2ID(b[8:]), true
			a.pipeData(m.dir, c.id, part(m.b, uint64(le.Uint32(b[24:])), uint64(le.Uint32(b[28:]))))
		}
	case smb2SetInfo:
		a.smb2SetInfoRequest(m, c)
	}
}

func smb2ID(b []byte) fileID { return fileID{le.Uint64(b), le.Uint64(b[8:])} }

func (a *Analyzer) smb2CreateRequest(m *smb2Msg, c *command) {
	b := m.body()
	if len(b) < 56 {
		return
	}
	f := c.own()
	f.setName(part(m.b, uint64(le.Uint16(b[44:])), uint64(le.Uint16(b[46:]))), true)
	f.deleteOnClose = le.Uint32(b[40:])&optionDeleteOnClose != 0
	if !c.tree.known && isPipeName(f.name) {
		c.tree.known, c.tree.path, c.tree.kind = true, []byte("<unknown>"), sharePipe
	}
	switch c.tree.kind {
	case sharePipe:
		f.action = other
	case sharePrint:
		f.action = printOpen
	default:
		f.action = fileOpen
	}
}

func (a *Analyzer) smb2SetInfoRequest(m *smb2Msg, c *command) {
	b := m.body()
	if len(b) < 32 || b[2] != infoTypeFile {
		return
	}
	info := part(m.b, uint64(le.Uint16(b[8:])), uint64(le.Uint32(b[4:])))
	switch b[3] {
	case infoRename, infoRenameEx:
		if len(info) < 20 {
			return
		}
		f := a.file(smb2ID(b[16:]), c)
		if f.named {
			f.renamed = true
			f.prevName = append(f.prevName[:0], f.name...)
		}
		f.named = true
		f.name = win.AppendUTF16(f.name[:0], upTo(info, 20, uint64(le.Uint32(info[16:]))))
		f.action = fileRename
		a.writeFile(f)
	case infoDisposition, infoDispositionEx:
		if len(info) < 1 {
			return
		}
		f := a.file(smb2ID(b[16:]), c)
		if info[0]&1 != 0 {
			f.action = fileDelete
			a.writeFile(f)
		}
	case infoBasic:
		a.file(smb2ID(b[16:]), c).action = other
	}
}

func (a *Analyzer) smb2Reply(m *smb2Msg, c *command) {
	b := m.body()
	switch m.command {
	case smb2Negotiate:
		if len(b) >= 64 && m.status == 0 {
			a.token(m.dir, upTo(m.b, uint64(le.Uint16(b[56:])), uint64(le.Uint16(b[58:]))))
		}
	case smb2SessionSetup:
		if len(b) >= 8 && le.Uint16(b) == 9 && (m.status == 0 || m.status == statusMoreProcessing) {
			a.token(m.dir, upTo(m.b, uint64(le.Uint16(b[4:])), uint64(le.Uint16(b[6:]))))
		}
		a.sessionStatus(m.status)
	case smb2TreeConnect:
		if len(b) < 16 || m.status != 0 {
			return
		}
		switch b[2] {
		case 2:
			c.tree.kind = sharePipe
		case 3:
			c.tree.kind = sharePrint
		default:
			c.tree.kind = shareDisk
		}
		a.writeMapping(c.tree)
	case smb2Create:
		if len(b) < 80 || m.status != 0 {
			return
		}
		f := a.file(smb2ID(b[64:]), c)
		f.size = le.Uint64(b[48:])
		f.setPath(c.tree)
		f.setTimes(b[8:40])
		a.writeFile(f)
	case smb2Read:
		if len(b) < 16 || m.status != 0 && m.status != statusBufferOverflow {
			return
		}
		at, n := uint64(b[2]), uint64(le.Uint32(b[4:]))
		if c.isPipe {
			a.pipeData(m.dir, c.id, part(m.b, at, n))
		} else if c.file != nil {
			a.content(m.dir, c.file, c.off, m.b, at, n)
		}
	case smb2Ioctl:
		if len(b) >= 48 && c.isPipe {
			a.pipeData(m.dir, c.id, part(m.b, uint64(le.Uint32(b[32:])), uint64(le.Uint32(b[36:]))))
		}
	}
}
