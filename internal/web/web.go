// Package web holds the built portal, which the folder web of the repository
// is the source of.  Its files are embedded packed by gzip, which is a
// quarter of their size.
package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed dist
var packed embed.FS

// FS returns the files of the portal, index.html first of all.  A file is
// unpacked when it is opened for the first time and kept; what Open returns
// implements io.ReadSeeker.
func FS() fs.FS {
	dist, err := fs.Sub(packed, "dist")
	if err != nil {
		panic("BUG: the embedded folder has no name: " + err.Error())
	}
	return &unpacked{packed: dist, files: map[string][]byte{}}
}

const suffix = ".gz"

// unpacked shows the files of a file system without their suffix and packing.
type unpacked struct {
	packed fs.FS
	mu     sync.Mutex
	files  map[string][]byte
}

// Open implements fs.FS.  Folders cannot be opened.
func (u *unpacked) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	b, err := u.content(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{Reader: bytes.NewReader(b), name: path.Base(name)}, nil
}

func (u *unpacked) content(name string) ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if b, ok := u.files[name]; ok {
		return b, nil
	}
	src, err := fs.ReadFile(u.packed, name+suffix)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	z, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	u.files[name] = b
	return b, nil
}

// file is an unpacked file, and its own fs.FileInfo.
type file struct {
	*bytes.Reader
	name string
}

func (f *file) Stat() (fs.FileInfo, error) { return f, nil }
func (f *file) Close() error               { return nil }
func (f *file) Name() string               { return strings.TrimSuffix(f.name, suffix) }
func (f *file) Mode() fs.FileMode          { return 0o444 }
func (f *file) ModTime() time.Time         { return time.Time{} }
func (f *file) IsDir() bool                { return false }
func (f *file) Sys() any                   { return nil }
