package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// writeSpan writes a capture of a packet a second from second from to second
// to.
func writeSpan(t *testing.T, path string, link packet.LinkType, from, to int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapfile.NewWriter(f, link)
	for s := from; s <= to; s++ {
		r := pcapfile.Record{Time: int64(1_700_000_000+s) * int64(time.Second), Data: []byte{0}, WireLen: 1, Link: link}
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

func TestRotations(t *testing.T) {
	type file struct {
		name     string
		from, to int
	}
	raw := map[string]bool{"r.pcap1": true}
	f := func(want string, files ...file) {
		t.Helper()
		dir := t.TempDir()
		var paths []string
		for _, x := range files {
			link := packet.LinkEthernet
			if raw[x.name] {
				link = packet.LinkRaw
			}
			p := filepath.Join(dir, x.name)
			if x.to < 0 {
				if err := os.WriteFile(p, []byte("no capture"), 0o600); err != nil {
					t.Fatal(err)
				}
			} else {
				writeSpan(t, p, link, x.from, x.to)
			}
			paths = append(paths, p)
		}
		var got []string
		for _, g := range Rotations(paths) {
			for i := range g {
				g[i] = filepath.Base(g[i])
			}
			got = append(got, strings.Join(g, " "))
		}
		if s := strings.Join(got, " | "); s != want {
			t.Errorf("got %s\nwant %s", s, want)
		}
	}
	// tcpdump -C, in the order of a directory.
	f("a.pcap a.pcap1 a.pcap2 a.pcap10", file{"a.pcap", 0, 9}, file{"a.pcap1", 9, 20}, file{"a.pcap10", 31, 40}, file{"a.pcap2", 20, 30})
	// -W: the ring came round.
	f("w01 w02 w00 | b.pcap", file{"w00", 20, 30}, file{"w01", 0, 9}, file{"w02", 10, 19}, file{"b.pcap", 5, 6})
	// -G, and dumpcap.
	f("g-12:00:00.pcap g-12:01:00.pcap", file{"g-12:00:00.pcap", 0, 59}, file{"g-12:01:00.pcap", 60, 90})
	f("d_00001_20231114221320.pcap d_00002_20231114221420.pcap", file{"d_00001_20231114221320.pcap", 0, 59}, file{"d_00002_20231114221420.pcap", 60, 90})
	// At the same time, much later, of another link type, of another name.
	f("a.pcap | a.pcap1", file{"a.pcap", 0, 9}, file{"a.pcap1", 5, 20})
	f("a.pcap | a.pcap1", file{"a.pcap", 0, 9}, file{"a.pcap1", 3700, 3701})
	f("r.pcap | r.pcap1", file{"r.pcap", 0, 9}, file{"r.pcap1", 10, 20})
	f("a1.pcap | a2.pcap | b.pcap", file{"a1.pcap", 0, 9}, file{"a2.pcap", 10, 20}, file{"b.pcap", 21, 22})
	// What cannot be read is left for others to complain of.
	f("a.pcap | a.pcap1", file{"a.pcap", 0, 9}, file{"a.pcap1", 0, -1})
}
