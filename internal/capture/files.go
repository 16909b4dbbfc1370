package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// Options say how Open reads files.
type Options struct {
	// Warn, if not nil, is told of faults after which reading goes on: a file
	// that ends in the middle of a packet.  The errors name the file.
	Warn func(error)
	// Stdin is what the path "-" means; nil means os.Stdin.
	Stdin io.Reader
}

// Stdin is the path that means standard input.
const Stdin = "-"

// files is a Source of capture files, one after the other.
type files struct {
	opt   Options
	paths []string
	next  int // index in paths of the next file to open
	read  atomic.Int64
	total int64

	path string // the open file
	file io.Closer
	rd   *pcapfile.Reader
	link linkCheck
}

// linkCheck finds out whether a file has any packet that can be decoded.
type linkCheck struct {
	known   bool
	packets bool
	link    packet.LinkType
}

func (c *linkCheck) see(records []pcapfile.Record) {
	for i := 0; i < len(records) && !c.known; i++ {
		c.packets, c.link = true, records[i].Link
		c.known = c.link.Supported()
	}
}

// err tells of a file whose packets are all of link types that are not
// decoded.
func (c *linkCheck) err() error {
	if !c.packets || c.known {
		return nil
	}
	return fmt.Errorf("link type %d is not supported: want Ethernet, Linux cooked (SLL, SLL2), raw IP, loopback, 802.11, PPP, PPPoE, Cisco HDLC or nflog", c.link)
}

// Open returns a Source of the packets of the files, in the given order.  The
// path "-" is standard input.  Files may be pcap or pcapng, plain or
// compressed.  The first file is opened and its header read at once, the
// others when their turn comes; that they exist is checked at once, too.
// Errors name the file.
func Open(paths []string, opt Options) (Source, error) {
	if len(paths) == 0 {
		return nil, errors.New("no capture files given")
	}
	s := &files{opt: opt, paths: paths}
	known := true
	for _, p := range paths {
		if p == Stdin {
			known = false
			continue
		}
		st, err := os.Stat(p)
		if err != nil {
			return nil, pathError(p, err)
		}
		if st.IsDir() {
			return nil, fmt.Errorf("%s: is a directory, want a capture file", p)
		}
		if !st.Mode().IsRegular() {
			known = false
		}
		s.total += st.Size()
	}
	if !known {
		s.total = 0
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// pathError puts the path before an error once.
func pathError(path string, err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if path == Stdin {
		path = "standard input"
	}
	return fmt.Errorf("%s: %w", path, err)
}

// open opens the next file.
func (s *files) open() error {
	path := s.paths[s.next]
	s.next++
	var in io.Reader
	if path == Stdin {
		in = s.opt.Stdin
		if in == nil {
			in = os.Stdin
		}
	} else {
		f, err := os.Open(path)
		if err != nil {
			return pathError(path, err)
		}
		s.file, in = f, f
	}
	rd, err := pcapfile.NewReader(&counter{in, &s.read})
	if err != nil {
		s.closeFile()
		return pathError(path, err)
	}
	s.path, s.rd, s.link = path, rd, linkCheck{}
	return nil
}

// Next implements Source.
func (s *files) Next(b *Batch) error {
	for {
		if s.rd == nil {
			if s.next == len(s.paths) {
				return io.EOF
			}
			if err := s.open(); err != nil {
				s.next = len(s.paths)
				return err
			}
		}
		n, buf, err := s.rd.ReadBatch(b.records[:])
		if err == nil {
			b.Records, b.owner = b.records[:n], buf
			s.link.see(b.Records)
			return nil
		}
		path := s.path
		s.closeFile()
		if err := s.link.err(); err != nil {
			s.next = len(s.paths)
			return pathError(path, err)
		}
		var cut *pcapfile.TruncatedError
		switch {
		case err == io.EOF:
		case errors.As(err, &cut):
			if s.opt.Warn != nil {
				s.opt.Warn(pathError(path, err))
			}
		default:
			s.next = len(s.paths)
			return pathError(path, err)
		}
	}
}

// Progress implements Source.
func (s *files) Progress() (read, total int64) { return s.read.Load(), s.total }

// Close implements Source.
func (s *files) Close() error {
	s.next = len(s.paths)
	return s.closeFile()
}

func (s *files) closeFile() error {
	if s.rd != nil {
		s.rd.Close()
		s.rd = nil
	}
	if s.file != nil {
		f := s.file
		s.file = nil
		return f.Close()
	}
	return nil
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}
