package smb

import (
	"hash/maphash"
	"math"

	files "wirehunt/analyzer/file"
	"wirehunt/analyzer/wire/win"
)

// Limits on what is remembered of a connection.  Beyond one of them all of
// that kind is forgotten, as Zeek does with its tables.
const (
	maxPending = 1000
	maxTrees   = 1000
	maxFiles   = 1000
	maxRecent  = 1000
	maxPipes   = 1000
)

// state is what is known of a connection.
type state struct {
	pending map[uint64]*command
	trees   map[uint32]*tree
	files   map[fileID]*file
	recent  map[uint64]int64 // when a record about that was last asked for
	pipes   map[fileID]*pipe
	opened  int // pipes so far
	seed    maphash.Seed
	free    []*command
	noTree  tree // stands for the share of messages that have none
}

// fileID is a file's handle: two bytes in SMB1, two numbers in SMB2.
type fileID struct{ persistent, volatile uint64 }

// command is a request that waits for its response.
type command struct {
	ts     int64
	tree   *tree
	file   *file
	id     fileID // of a read or a transaction
	off    uint64 // of a read
	isPipe bool
}

// tree is a connected share.
type tree struct {
	ts      int64
	path    []byte
	service []byte
	native  []byte
	kind    shareType
	known   bool // path is set
}

type shareType uint8

const (
	shareDisk shareType = iota
	sharePipe
	sharePrint
)

func (t shareType) String() string { return [...]string{"DISK", "PIPE", "PRINT"}[t] }

// file is a file that was asked for.
type file struct {
	ts             int64
	name           []byte
	prevName       []byte
	path           []byte
	size           uint64
	times          [4]int64 // modified, accessed, created, changed
	action         action
	content        [2]*files.File // read from it, written to it: by sender
	fuid           string
	named, renamed bool
	hasPath        bool
	hasTimes       bool
	deleteOnClose  bool
}

type action uint8

const (
	other action = iota // one that is not logged
	fileOpen
	fileRename
	fileDelete
	printOpen
	printClose
)

var actionNames = [...]string{
	fileOpen: "SMB::FILE_OPEN", fileRename: "SMB::FILE_RENAME", fileDelete: "SMB::FILE_DELETE",
	printOpen: "SMB::PRINT_OPEN", printClose: "SMB::PRINT_CLOSE",
}

func (s *state) reset() {
	if s.pending == nil {
		*s = state{
			pending: make(map[uint64]*command), trees: make(map[uint32]*tree), files: make(map[fileID]*file),
			recent: make(map[uint64]int64), pipes: make(map[fileID]*pipe), seed: maphash.MakeSeed(),
		}
		return
	}
	clear(s.pending)
	clear(s.trees)
	clear(s.files)
	clear(s.recent)
	clear(s.pipes)
	s.opened = 0
}

// maxFree is how many commands are kept for reuse.
const maxFree = 64

// done forgets a command whose response came.
func (s *state) done(mid uint64) {
	c := s.pending[mid]
	delete(s.pending, mid)
	if c != nil && len(s.free) < maxFree {
		c.file, c.tree = nil, nil
		s.free = append(s.free, c)
	}
}

// command returns the request with message id mid, a new one if it is
// unknown.
func (a *Analyzer) command(mid uint64) *command {
	c := a.s.pending[mid]
	if c == nil {
		if len(a.s.pending) >= maxPending {
			clear(a.s.pending)
			a.Weird("SMB_discarded_messages_state", "")
		}
		if n := len(a.s.free); n > 0 {
			c, a.s.free = a.s.free[n-1], a.s.free[:n-1]
			*c = command{}
		} else {
			c = &command{}
		}
		c.ts = a.Conn.Now
		a.s.pending[mid] = c
	}
	return c
}

// own returns the command's own file: what it asks for before that has a
// handle.
func (c *command) own() *file {
	if c.file == nil {
		c.file = &file{ts: c.ts}
	}
	return c.file
}

// tree returns the share with id tid, a new one if it is unknown.
func (a *Analyzer) tree(tid uint32) *tree {
	t := a.s.trees[tid]
	if t == nil {
		t = &tree{ts: a.Conn.Now}
		a.setTree(tid, t)
	}
	return t
}

func (a *Analyzer) setTree(tid uint32, t *tree) {
	if _, ok := a.s.trees[tid]; !ok && len(a.s.trees) >= maxTrees {
		clear(a.s.trees)
	}
	a.s.trees[tid] = t
}

// file returns the file with that handle; an unknown one becomes that of
// command c.
func (a *Analyzer) file(id fileID, c *command) *file {
	f := a.s.files[id]
	if f == nil {
		if len(a.s.files) >= maxFiles {
			clear(a.s.files)
		}
		f = c.own()
		a.s.files[id] = f
	}
	c.file = f
	return f
}

// setName sets the name of a file from the request that opens it.
func (f *file) setName(b []byte, unicode bool) {
	f.named = true
	switch {
	case len(b) == 0:
		f.name = append(f.name[:0], "<share_root>"...)
	case unicode:
		f.name = win.AppendUTF16(f.name[:0], b)
	default:
		f.name = append(f.name[:0], b...)
	}
}

// setTimes takes the times of creation, last access, last write and change
// from b, in the order of the messages.
func (f *file) setTimes(b []byte) {
	if len(b) < 32 {
		return
	}
	modified := fileTime(b[16:])
	if modified <= 0 {
		return
	}
	f.hasTimes = true
	f.times = [4]int64{modified, fileTime(b[8:]), fileTime(b), fileTime(b[24:])}
}

// fileTime returns the FILETIME at the start of b in ns since 1970, 0 for one
// that is no time.  As in Zeek it is calculated in floating point and so off
// by up to 2 µs: logs of both can be compared and joined on it.
func fileTime(b []byte) int64 {
	const toUnix = 11644473600 // s
	t := le.Uint64(b)
	if _, ok := win.Filetime(t); !ok {
		return 0
	}
	s := float64(float64(t)/1e7) - toUnix
	return int64(math.Round(s*1e6)) * 1e3
}

// recentFor is for how long a record about a file is not repeated after it
// was last due.
const recentFor = 180e9

// writeFile writes a record about f, if its action is one that is logged and
// there was no such record lately.
func (a *Analyzer) writeFile(f *file) {
	if !f.named || f.action == other {
		return
	}
	if f.hasTimes && a.seenLately(f) {
		return
	}
	row := a.Conn.Row(FilesLog, f.ts)
	if f.fuid != "" {
		colFuid.SetString(row, f.fuid)
	}
	colAction.SetString(row, actionNames[f.action])
	if f.hasPath {
		colPath.Set(row, f.path)
	}
	colName.Set(row, f.name)
	colSize.Set(row, f.size)
	if f.renamed {
		colPrevName.Set(row, f.prevName)
	}
	if f.hasTimes {
		colModified.Set(row, f.times[0])
		colAccessed.Set(row, f.times[1])
		colCreated.Set(row, f.times[2])
		colChanged.Set(row, f.times[3])
	}
}

// seenLately notes that a record about f is due, and reports whether one was
// due lately: same action, name, share, size and times, but for that of the
// last access.
func (a *Analyzer) seenLately(f *file) bool {
	var h maphash.Hash
	h.SetSeed(a.s.seed)
	h.WriteByte(byte(f.action))
	h.Write(f.name)
	h.WriteByte(0)
	h.Write(f.path)
	maphash.WriteComparable(&h, [4]int64{int64(f.size), f.times[0], f.times[2], f.times[3]})
	key := h.Sum64()
	last, ok := a.s.recent[key]
	if !ok && len(a.s.recent) >= maxRecent {
		clear(a.s.recent)
	}
	a.s.recent[key] = a.Conn.Now
	return ok && a.Conn.Now-last <= recentFor
}

// setPath gives a file the path of its share.
func (f *file) setPath(t *tree) {
	if t.known {
		f.hasPath = true
		f.path = append(f.path[:0], t.path...)
	}
}

func (a *Analyzer) writeMapping(t *tree) {
	row := a.Conn.Row(MappingLog, t.ts)
	if t.known {
		colMapPath.Set(row, t.path)
	}
	colMapService.SetNonEmpty(row, t.service)
	colMapNative.SetNonEmpty(row, t.native)
	colMapType.SetString(row, t.kind.String())
}
