package api

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// spool holds a result until it is whole: APIs that tell errors by the status
// cannot send a part of it.  What is beyond spoolMemory goes to a file.
type spool struct {
	dir  string
	max  int64
	n    int64
	mem  bytes.Buffer
	file *os.File
}

const spoolMemory = 1 << 20

var errTooLarge = errors.New("the result is too large")

// Write implements io.Writer; errTooLarge ends it at max.
func (s *spool) Write(p []byte) (int, error) {
	if s.n+int64(len(p)) > s.max {
		return 0, errTooLarge
	}
	s.n += int64(len(p))
	if s.file == nil && s.mem.Len()+len(p) <= spoolMemory {
		return s.mem.Write(p)
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "wirehunt-result-*")
		if err != nil {
			return 0, err
		}
		s.file = f
		if _, err := s.mem.WriteTo(f); err != nil {
			return 0, err
		}
	}
	return s.file.Write(p)
}

// WriteTo writes what was written.
func (s *spool) WriteTo(w io.Writer) (int64, error) {
	if s.file == nil {
		return s.mem.WriteTo(w)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(w, s.file)
}

// Close removes the file.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
