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

	"github.com/klauspost/compress/zstd"
)

// Kind is what a file holds.
type Kind string

// The kinds.
const (
	KindCapture  Kind = "capture"
	KindDefender Kind = "defender"
)

// File is a file to import.
type File struct {
	Path string // "-": standard input
	Kind Kind
	Size int64 // 0 for standard input
	// Given says that the user named the file itself, not a directory above
	// it: then it must be something that can be imported.
	Given bool
}

// Files finds what to import below the given paths: the files themselves, and
// what directories hold of captures and exports.  Exports come first, because
// they tell of devices that captures show, then captures by name.
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
			return nil, fmt.Errorf("%s: no captures or Defender exports in this directory", p)
		}
		files = append(files, found...)
	}
	slices.SortStableFunc(files, func(a, b File) int {
		if a.Kind != b.Kind {
			return -strings.Compare(string(a.Kind), string(b.Kind)) // "defender" first
		}
		return 0
	})
	return files, nil
}

func walk(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != dir {
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

type readCloser struct {
	io.Reader
	close func() error
}

func (r *readCloser) Close() error { return r.close() }

// open opens a file, and decompresses it if it is gzip or zstd.
func open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	br := bufio.NewReaderSize(f, 1<<16)
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return &readCloser{z, f.Close}, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return &readCloser{z, func() error { z.Close(); return f.Close() }}, nil
	}
	return &readCloser{br, f.Close}, nil
}
