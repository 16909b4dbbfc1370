package mutate

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wirehunt/pcapfile"
)

// captures lists those of the range, and after them those below the folder
// that WIREHUNT_CAPTURES names.
func captures(t testing.TB) []string {
	t.Helper()
	paths, err := Paths("../../testdata/range/captures")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatal("no captures")
	}
	if dir := os.Getenv("WIREHUNT_CAPTURES"); dir != "" {
		more, err := Paths(dir)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, more...)
	}
	return paths
}

// load returns the windows of a capture; one that is damaged as a file has
// none.
func load(t testing.TB, path string) [][]pcapfile.Record {
	t.Helper()
	w, err := Load(path)
	if err != nil && !os.IsNotExist(err) {
		t.Logf("%s: %v", path, err)
	}
	return w
}

// TestCaptures damages each window of the captures in a dozen ways, always the
// same.
func TestCaptures(t *testing.T) {
	for n, path := range captures(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			for w, recs := range load(t, path) {
				if err := Check(recs); err != nil {
					t.Fatalf("window %d, undamaged: %v", w, err)
				}
				rng := rand.New(rand.NewPCG(uint64(n), uint64(w)))
				for range 12 {
					prog := Program(rng, 1+rng.IntN(MaxOps))
					if err := Check(Apply(recs, prog)); err != nil {
						t.Fatalf("capture %d, window %d, program %q: %v", n, w, prog, err)
					}
				}
			}
		})
	}
}

// TestApply checks that each operation changes packets, and none the ones
// that it was given.
func TestApply(t *testing.T) {
	recs := load(t, "../../testdata/range/captures/http.pcap")[0]
	before := make([]pcapfile.Record, len(recs))
	for i, r := range recs {
		before[i] = r
		before[i].Data = bytes.Clone(r.Data)
	}
	same := func(a, b pcapfile.Record) bool {
		return a.Time == b.Time && a.WireLen == b.WireLen && bytes.Equal(a.Data, b.Data)
	}
	for op := range byte(opKinds) {
		rng := rand.New(rand.NewPCG(1, uint64(op)))
		changed := 0
		for range 100 {
			prog := Program(rng, 1)
			prog[0] = op
			if got := Apply(recs, prog); !slices.EqualFunc(got, recs, same) {
				changed++
			}
		}
		if changed < 20 {
			t.Errorf("operation %d changes packets %d times of 100", op, changed)
		}
	}
	if !slices.EqualFunc(recs, before, same) {
		t.Error("the packets that were given are changed")
	}
}

// TestResize takes bytes out of a stream and wants it to stay whole.
func TestResize(t *testing.T) {
	recs := load(t, "../../testdata/range/captures/http.pcap")[0]
	for _, op := range []byte{opGrow, opShrink} {
		sizes := map[int]int{}
		for i := range recs {
			e := &editor{recs: slices.Clone(recs), max: len(recs)}
			_, start, _ := e.decode(i)
			if start < 0 {
				continue
			}
			e.do(op, i, 0, 4)
			e.decode(i)
			sizes[len(e.recs[i].Data)-len(recs[i].Data)]++
			if e.pkt.PayloadLen != len(e.pkt.Payload) {
				t.Fatalf("packet %d: payload of %d bytes, %d by its header", i, len(e.pkt.Payload), e.pkt.PayloadLen)
			}
		}
		if want := map[byte]int{opGrow: 5, opShrink: -5}[op]; sizes[want] < 10 {
			t.Errorf("operation %d changes lengths by %v", op, sizes)
		}
	}
}

// TestFinds checks what FuzzMutate found once: packets that it saved.
func TestFinds(t *testing.T) {
	paths, err := Paths("testdata/finds")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("nothing in testdata/finds")
	}
	for _, path := range paths {
		if err := Check(slices.Concat(load(t, path)...)); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

// TestSave saves packets and reads them again.
func TestSave(t *testing.T) {
	recs := load(t, "../../testdata/range/captures/http.pcap")[0]
	dir := t.TempDir()
	path, err := Save(dir, "http", recs, errors.New("no end after 60 s"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Save(dir, "http", recs, errors.New("no end after 61 s")); again != path || err != nil {
		t.Errorf("saved as %s, the same fault as %s, %v", path, again, err)
	}
	got := load(t, path)[0]
	if len(got) != len(recs) {
		t.Fatalf("%d packets of %d", len(got), len(recs))
	}
	for i, r := range got {
		if r.Time != recs[i].Time || r.WireLen != recs[i].WireLen || r.Link != recs[i].Link || !bytes.Equal(r.Data, recs[i].Data) {
			t.Fatalf("packet %d is another", i)
		}
	}
}

// FuzzMutate damages a window of a capture.  What it finds it also saves as
// captures in the folder that WIREHUNT_FINDS names, because the number of a
// capture is another when there are more of them.
func FuzzMutate(f *testing.F) {
	paths := captures(f)
	for n := range paths {
		rng := rand.New(rand.NewPCG(uint64(n), 7))
		f.Add(uint16(n), uint16(0), Program(rng, 4))
		f.Add(uint16(n), uint16(1), Program(rng, MaxOps))
	}
	windows := map[string][][]pcapfile.Record{}
	f.Fuzz(func(t *testing.T, n, w uint16, prog []byte) {
		path := paths[int(n)%len(paths)]
		if windows[path] == nil {
			windows[path] = load(t, path)
		}
		if list := windows[path]; len(list) > 0 {
			recs := Apply(list[int(w)%len(list)], prog)
			if err := Check(recs); err != nil {
				if dir := os.Getenv("WIREHUNT_FINDS"); dir != "" {
					saved, serr := Save(dir, filepath.Base(path), recs, err)
					t.Logf("saved as %s (%v)", saved, serr)
				}
				t.Fatalf("%s, window %d: %v", filepath.Base(path), int(w)%len(list), err)
			}
		}
	})
}
