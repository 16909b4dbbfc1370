package duckdb

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// headersSize is the length of the three headers that a DuckDB file starts
// with.  They are the first that is written, so a file that is not longer and
// cannot be opened holds nothing.
const headersSize = 3 * 4096

// locked tells whether a database cannot be opened since another program has it.
func locked(err error) bool { return strings.Contains(err.Error(), "Could not set lock") }

// cutOff tells whether the file is what a program leaves behind that was
// killed while it made a database: nothing, or some of the headers.  It is
// asked of files that cannot be opened.
func cutOff(path string) bool {
	if _, err := os.Stat(path + ".wal"); err == nil {
		return false // what was written after the headers
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return isCutOff(f)
}

func isCutOff(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > headersSize {
		return false
	}
	// 8 bytes of checksum, then the word.
	var head [12]byte
	n, err := f.ReadAt(head[:], 0)
	return n == 0 && err == io.EOF || n == len(head) && (head == [12]byte{} || bytes.Equal(head[8:], []byte("DUCK")))
}

// removeCutOff removes such a file, unless another program is at work on it:
// the lock is the one that DuckDB takes.
func removeCutOff(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("opening database %s: %w", path, err)
	}
	defer f.Close()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err != nil {
		return busyError(path)
	}
	if !isCutOff(f) {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("opening database %s: %w", path, err)
	}
	return nil
}
