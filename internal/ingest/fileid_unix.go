//go:build unix

package ingest

import (
	"io/fs"
	"syscall"
)

// identify returns what a file is under any name.
func identify(st fs.FileInfo) (fileID, bool) {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{uint64(s.Dev), uint64(s.Ino)}, true
}
