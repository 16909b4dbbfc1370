package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// capFile writes a pcap file with n packets, which start at number first.
func capFile(t *testing.T, first, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapfile.NewWriter(&b, packet.LinkRaw)
	for i := range n {
		if err := w.Write(&pcapfile.Record{Time: int64(first + i), Data: []byte{byte(first + i), 1, 2}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// drain reads all packets, with a few batches in flight, and returns their
// number and the error.
func drain(t *testing.T, s Source) (int, error) {
	t.Helper()
	var ring [4]Batch
	n := 0
	for i := 0; ; i++ {
		b := &ring[i%len(ring)]
		for _, r := range b.Records {
			if r.Time != int64(n) || r.Data[0] != byte(n) {
				t.Fatalf("packet %d has time %d and data %x", n, r.Time, r.Data)
			}
			n++
		}
		b.Release()
		if err := s.Next(b); err != nil {
			for j := 1; j < len(ring); j++ {
				b := &ring[(i+j)%len(ring)]
				n += len(b.Records)
				b.Release()
			}
			return n, err
		}
		if len(b.Records) == 0 || len(b.Records) > BatchSize {
			t.Fatalf("a batch of %d", len(b.Records))
		}
	}
}

func TestFiles(t *testing.T) {
	a, b, c := capFile(t, 0, 1000), capFile(t, 1000, 1), capFile(t, 1001, 500)
	pa := write(t, "a.pcap", a)
	pc := write(t, "c.pcap", c[:len(c)-1])
	var warned []string
	s, err := Open([]string{pa, Stdin, pc}, Options{
		Stdin: bytes.NewReader(b),
		Warn:  func(err error) { warned = append(warned, err.Error()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := drain(t, s); n != 1500 || err != io.EOF {
		t.Fatalf("%d packets, %v", n, err)
	}
	if len(warned) != 1 || !strings.HasPrefix(warned[0], pc+": capture is cut off in the packet at offset") {
		t.Errorf("warnings: %q", warned)
	}
	if read, total := s.Progress(); read != int64(len(a)+len(b)+len(c)-1) || total != 0 {
		t.Errorf("progress %d of %d", read, total)
	}
	if err := s.Next(new(Batch)); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
}

func TestProgress(t *testing.T) {
	a, b := write(t, "a.pcap", capFile(t, 0, 10)), write(t, "b.pcap", capFile(t, 10, 10))
	s, err := Open([]string{a, b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drain(t, s); err != io.EOF {
		t.Fatal(err)
	}
	if read, total := s.Progress(); read != total || total == 0 {
		t.Errorf("progress %d of %d", read, total)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenErrors(t *testing.T) {
	good := write(t, "good.pcap", capFile(t, 0, 3))
	text := write(t, "notes.txt", []byte("dear diary, today"))
	empty := write(t, "empty.pcap", nil)
	bad := write(t, "bad.pcap", append(capFile(t, 0, 3), bytes.Repeat([]byte{0xff}, 20)...))
	dir := t.TempDir()
	for _, c := range []struct {
		paths []string
		want  string
	}{
		{nil, "no capture files given"},
		{[]string{good, "/nonexistent.pcap"}, "/nonexistent.pcap: no such file or directory"},
		{[]string{dir}, dir + ": is a directory, want a capture file"},
		{[]string{text}, text + `: not a capture file: starts with "dear diary, toda", want pcap or pcapng`},
		{[]string{empty}, empty + ": empty file, not a capture"},
		{[]string{Stdin}, "standard input: empty file, not a capture"},
		{[]string{good, text}, text + `: not a capture file: starts with "dear diary, toda", want pcap or pcapng`},
		{[]string{bad, good}, bad + ": damaged capture: packet of 4294967295 bytes at offset 81"},
	} {
		s, err := Open(c.paths, Options{Stdin: strings.NewReader("")})
		if err == nil {
			_, err = drain(t, s)
			if again := s.Next(new(Batch)); again != io.EOF {
				t.Errorf("after %v: %v", err, again)
			}
			s.Close()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	var notCapture *pcapfile.NotCaptureError
	if _, err := Open([]string{text}, Options{}); !errors.As(err, &notCapture) {
		t.Errorf("no NotCaptureError inside %v", err)
	}
	if _, err := Open([]string{empty}, Options{}); !errors.Is(err, pcapfile.ErrEmpty) {
		t.Errorf("no ErrEmpty inside %v", err)
	}
}

func TestCloseEarly(t *testing.T) {
	s, err := Open([]string{write(t, "a.pcap", capFile(t, 0, 1000))}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Next(&b); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Records[5].Data[0] != 5 {
		t.Error("the batch is gone")
	}
	b.Release()
	if err := s.Next(&b); err != io.EOF {
		t.Errorf("after Close: %v", err)
	}
}

// TestUnknownLinkType wants a file of which nothing can be decoded to be an
// error that says so.
func TestUnknownLinkType(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usb.pcap")
	var b bytes.Buffer
	w := pcapfile.NewWriter(&b, packet.LinkType(147))
	if err := w.Write(&pcapfile.Record{Time: 1, Data: []byte("abcd")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var batch Batch
		if err = src.Next(&batch); err != nil {
			break
		}
		batch.Release()
	}
	if want := "usb.pcap: link type 147 is not supported"; !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
