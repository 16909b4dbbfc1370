package duckdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCutOff opens what a program leaves behind that was killed while it made
// the database: every length of the headers.
func TestCutOff(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	open := func(path string, readOnly bool) error {
		d, err := Open(t.Context(), Options{Path: path, ReadOnly: readOnly})
		if err == nil {
			err = d.Close()
		}
		return err
	}
	if err := open(whole, false); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 4096)
	for _, left := range [][]byte{nil, data[:12], data[:4095], data[:4096], data[:8192], data[:headersSize-1], zeros, append(zeros, data[4096:headersSize]...)} {
		n, path := len(left), filepath.Join(dir, "cut.db")
		if err := os.WriteFile(path, left, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := open(path, true); err == nil || !strings.Contains(err.Error(), "nothing was imported into "+path) {
			t.Errorf("%d bytes, to read: %v", n, err)
		}
		if err := open(path, false); err != nil {
			t.Errorf("%d bytes, to write: %v", n, err)
		}
		if err := open(path, true); err != nil {
			t.Errorf("%d bytes, after: %v", n, err)
		}
		os.Remove(path)
	}
	// A short file of someone else stays what it is.
	path := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(path, []byte("notes of somebody"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(path, false); err == nil || !strings.Contains(err.Error(), "is not a wirehunt database") {
		t.Errorf("a text: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "notes of somebody" {
		t.Errorf("a text became %q", got)
	}
}
