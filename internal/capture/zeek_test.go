package capture

import (
	"bufio"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wirehunt/packet"

	"github.com/klauspost/compress/gzip"
)

// TestZeekWeirds compares the oddities of the packet layer with Zeek's, for a
// folder of captures named by WIREHUNT_TRACES, which has Zeek's records of
// each capture NAME as JSON lines with a key "_log" in NAME.zeek.jsonl.gz.
func TestZeekWeirds(t *testing.T) {
	dir := os.Getenv("WIREHUNT_TRACES")
	if dir == "" {
		t.Skip("WIREHUNT_TRACES names no folder of captures")
	}
	checked := 0
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		name, ok := strings.CutSuffix(path, ".zeek.jsonl.gz")
		if err != nil || !ok {
			return err
		}
		checked++
		want, got := zeekWeirds(t, path), ourWeirds(t, name)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, Zeek has %v", name, got, want)
		}
		return nil
	})
	if err != nil || checked == 0 {
		t.Errorf("%d captures, %v", checked, err)
	}
}

// zeekWeirds returns the names of the weirds in Zeek's records that are of
// the packet layer.
func zeekWeirds(t *testing.T, path string) []string {
	t.Helper()
	ours := map[string]bool{}
	for s := packet.OK + 1; s.String() != ""; s++ {
		ours[s.String()] = true
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var r struct {
			Log  string `json:"_log"`
			Name string
		}
		if json.Unmarshal(sc.Bytes(), &r) == nil && r.Log == "weird" && ours[r.Name] {
			set[r.Name] = true
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(set))
}

// ourWeirds returns the names of the oddities that decoding finds.
func ourWeirds(t *testing.T, path string) []string {
	t.Helper()
	src, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	set := map[string]bool{}
	note := func(w packet.Weirds) {
		for w != 0 {
			set[w.Next().String()] = true
		}
	}
	d := packet.NewDefrag(0, 0)
	var b Batch
	for {
		err := src.Next(&b)
		if err == io.EOF {
			return slices.Sorted(maps.Keys(set))
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			r := &b.Records[i]
			var p packet.Packet
			packet.Decode(r.Link, r.Data, r.WireLen, &p)
			for {
				note(p.Weirds)
				for p.Kind == packet.KindFragment && d.Add(&p, r.Time) {
					note(p.Weirds)
				}
				note(p.Weirds)
				inside(&p, note)
				if !p.Next() {
					break
				}
			}
		}
		b.Release()
	}
}

// inside follows tunnels over UDP.
func inside(p *packet.Packet, note func(packet.Weirds)) {
	t := packet.PortTunnel(p.DstPort)
	if p.Kind == packet.KindUDP && t == packet.NoTunnel && packet.LooksTeredo(p.Payload) {
		t = packet.TunnelTeredo
	}
	var in packet.Inner
	if p.Kind != packet.KindUDP || !packet.Inside(t, p, &in) || len(in.Data) == 0 {
		return
	}
	if in.Weird != packet.OK {
		note(1 << in.Weird)
	}
	var q packet.Packet
	packet.DecodeInner(p, &in, &q)
	note(q.Weirds)
	inside(&q, note)
}
