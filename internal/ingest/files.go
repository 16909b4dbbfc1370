package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"wirehunt/analyzer/all"
	"wirehunt/internal/capture"
	"wirehunt/zeeklog"
)

// Kind is what a file holds.
type Kind string

// The kinds.
const (
	KindCapture  Kind = "capture"
	KindDefender Kind = "defender"
	KindZeek     Kind = "zeek"
)

// order is the order in which kinds are imported: exports first, because they
// tell of devices that the others show.
var order = map[Kind]int{KindDefender: 0, KindZeek: 1, KindCapture: 2}

// File is a file to import.
type File struct {
	Path string // "-": standard input
	Kind Kind
	Size int64 // 0 for standard input
	// Given says that the user named the file itself, not a directory above
	// it: then it must be something that can be imported.
	Given bool
	// More are the captures that go on where this one ends: the files of a
	// rotation are one capture, in the order of time.
	More []File
}

// All returns the file and those that go on with it.
func (f File) All() []File { return append([]File{f}, f.More...) }

// String returns the path, and of a rotation how many files there are.
func (f File) String() string {
	if len(f.More) == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s to %s (%d files)", f.Path, filepath.Base(f.More[len(f.More)-1].Path), len(f.More)+1)
}

// Files finds what to import below the given paths: the files themselves, and
// what directories hold of captures, Zeek's logs and exports.  Exports come
// first, then logs, then captures, each by name.  Captures that are a rotation
// of one capture are one File.
func Files(paths []string) ([]File, error) {
	var files []File
	for _, p := range paths {
		if p == "-" {
			files = append(files, File{Path: p, Kind: KindCapture, Given: true})
			continue
		}
		st, err := os.Stat(p)
		if err != nil {
			return nil, describe(err)
		}
		if !st.IsDir() {
			kind, err := sniff(p)
			if err != nil {
				return nil, err
			}
			files = append(files, File{Path: p, Kind: kind, Size: st.Size(), Given: true})
			continue
		}
		found, err := walk(p)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: no captures, logs of Zeek or Defender exports in this directory", p)
		}
		files = append(files, found...)
	}
	slices.SortStableFunc(files, func(a, b File) int {
		return order[a.Kind] - order[b.Kind]
	})
	return joinRotations(files), nil
}

// joinRotations makes captures that are one, written to several files, one
// File.
func joinRotations(files []File) []File {
	byPath := map[string]File{}
	var paths []string
	var out []File
	for _, f := range files {
		if f.Kind != KindCapture || f.Path == "-" {
			out = append(out, f)
			continue
		}
		byPath[f.Path] = f
		paths = append(paths, f.Path)
	}
	for _, g := range capture.Rotations(paths) {
		f := byPath[g[0]]
		for _, p := range g[1:] {
			f.More = append(f.More, byPath[p])
		}
		out = append(out, f)
	}
	return out
}

func walk(dir string) ([]File, error) {
	var files []File
	// With the separator, a link to a directory (Zeek's "current") is followed.
	err := filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && filepath.Clean(path) != filepath.Clean(dir) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		kind, err := sniff(path)
		if err != nil || kind == "" {
			return nil // not ours: a README, a script
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, File{Path: path, Kind: kind, Size: st.Size()})
		return nil
	})
	return files, describe(err)
}

// describe shortens errors of the file system to what and why.
func describe(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}

// The first bytes of capture files: pcap in both byte orders and resolutions,
// and pcapng.
var captureMagics = [][]byte{
	{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4}, {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
	{0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34}, {0x0a, 0x0d, 0x0d, 0x0a},
}

// sniff tells what the file at path holds, by its first bytes, or "" for a
// text that could be anything.
func sniff(path string) (Kind, error) {
	r, err := open(path)
	if err != nil {
		return "", describe(err)
	}
	defer r.Close()
	start := make([]byte, 4096)
	n, err := io.ReadFull(r, start)
	start = start[:n]
	if n == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		return "", fmt.Errorf("%s: the file is empty", path)
	}
	for _, m := range captureMagics {
		if bytes.HasPrefix(start, m) {
			return KindCapture, nil
		}
	}
	if zeeklog.Sniff(path, start, all.Logs()) {
		return KindZeek, nil
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(start), "\ufeff"), " \t\r\n")
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if exportKeys(text) {
			return KindDefender, nil
		}
	} else if looksLikeCSV(text) {
		return KindDefender, nil
	}
	return "", fmt.Errorf("%s: %w", path, errNoRows)
}

// exportKeys reports whether JSON starts like one of Defender's exports.
func exportKeys(start string) bool {
	for _, k := range []string{`"records"`, `"AdvancedHunting-`, `"Schema"`, `"schema"`, `"Results"`, `"results"`, `"Timestamp"`, `"TimeGenerated"`} {
		if strings.Contains(start, k) {
			return true
		}
	}
	return false
}

// readCloser reads a file, decompressed, and counts what it reads of it.
type readCloser struct {
	io.Reader
	file  *os.File
	read  atomic.Int64 // bytes of the file
	close func()
}

func (r *readCloser) Close() error {
	if r.close != nil {
		r.close()
	}
	return r.file.Close()
}

// counted is the file below a readCloser.
type counted struct{ r *readCloser }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.file.Read(p)
	c.r.read.Add(int64(n))
	return n, err
}

// open opens a file, and decompresses it if it is gzip or zstd.
func open(path string) (*readCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &readCloser{file: f}
	br := bufio.NewReaderSize(counted{r}, 1<<16)
	r.Reader = br
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		r.Reader = z
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		r.Reader, r.close = z, z.Close
	}
	return r, nil
}
