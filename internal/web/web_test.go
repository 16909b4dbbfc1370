package web

import (
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// The page and all that it names are there.
func TestPortal(t *testing.T) {
	files := FS()
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:src|href)="/([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(named) < 3 {
		t.Fatalf("index.html names %d files, want its script, style and icon", len(named))
	}
	for _, m := range named {
		if b, err := fs.ReadFile(files, m[1]); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", m[1], len(b), err)
		}
	}
	// The content-security policy allows no script in the page itself.
	if regexp.MustCompile(`<script[^>]*>[^<]`).Match(page) {
		t.Error("index.html has an inline script")
	}
}

func TestOpen(t *testing.T) {
	files := FS()
	for _, name := range []string{"missing.js", "assets", "index.html.gz", "../web.go", "/index.html", ""} {
		if _, err := files.Open(name); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("Open(%q): %v, want an error that tells why", name, err)
		}
	}
	f, err := files.Open("index.html")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || st.Name() != "index.html" || st.IsDir() {
		t.Fatalf("Stat: %v, %v", st, err)
	}
	s, ok := f.(io.ReadSeeker)
	if !ok {
		t.Fatal("a file cannot be sought in, as http.ServeContent must")
	}
	if n, err := s.Seek(0, io.SeekEnd); err != nil || n != st.Size() {
		t.Errorf("Seek: %d, %v; want %d", n, err, st.Size())
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(s); err != nil || !strings.HasPrefix(string(b), "<!doctype html>") {
		t.Errorf("content %.20q, %v", b, err)
	}
}
