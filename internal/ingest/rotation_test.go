package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/capture"
	"wirehunt/internal/defender"
	"wirehunt/internal/pipeline"
	"wirehunt/pcapfile"
)

// split writes the packets of a capture to n files in dir, as tcpdump -C names
// them, and returns their paths.
func split(t *testing.T, path, dir string, n int) (paths []string) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var recs []pcapfile.Record
	for {
		var b capture.Batch
		if err := src.Next(&b); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			r.Data = slices.Clone(r.Data)
			recs = append(recs, r)
		}
		b.Release()
	}
	for i := range n {
		p := filepath.Join(dir, "rotated.pcap")
		if i > 0 {
			p += fmt.Sprint(i)
		}
		f, err := os.Create(p)
		if err != nil {
			t.Fatal(err)
		}
		w := pcapfile.NewWriter(f, recs[0].Link)
		for k := range recs[len(recs)*i/n : len(recs)*(i+1)/n] {
			if err := w.Write(&recs[len(recs)*i/n+k]); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// TestRotation imports captures in two and three files, and finds the rows of
// the whole.
func TestRotation(t *testing.T) {
	for _, name := range []string{"http.pcap", "ntlm.pcap", "tls.pcap"} {
		path := filepath.Join(rangeCaptures, name)
		whole := openDB(t, "")
		importAll(t, whole, path)
		want := dump(t, whole)
		for _, n := range []int{2, 3} {
			dir := t.TempDir()
			split(t, path, dir, n)
			db := openDB(t, "")
			sums := importAll(t, db, dir)
			if len(sums) != 1 || len(sums[0].File.More) != n-1 {
				t.Fatalf("%s in %d files: %+v", name, n, sums)
			}
			got := dump(t, db)
			for k, w := range want {
				if diff := firstDiff(plain(got[k]), plain(w)); diff != "" {
					t.Errorf("%s in %d files: %s: %s", name, n, k, diff)
				}
			}
			list, err := db.Imports(context.Background())
			if err != nil || len(list) != n || len(list[0].Rows) == 0 || len(list[1].Rows) != 0 {
				t.Errorf("imports %+v, %v", list, err)
			}
		}
	}
}

// TestRotationGrows imports a rotation, and then again with a file more: only
// that file is imported.
func TestRotationGrows(t *testing.T) {
	dir, db := t.TempDir(), openDB(t, "")
	paths := split(t, filepath.Join(rangeCaptures, "http.pcap"), dir, 4)
	later := filepath.Join(dir, ".later")
	if err := os.Rename(paths[3], later); err != nil {
		t.Fatal(err)
	}
	if sums := importAll(t, db, dir); len(sums) != 1 || len(sums[0].File.More) != 2 {
		t.Fatalf("imported %+v", sums)
	}
	again := func() Summary {
		t.Helper()
		files, err := Files([]string{dir})
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		sum, err := Import(context.Background(), db, files[0], Options{
			Devices: defender.NewDevices("", defender.DefaultLocalNets), Pipeline: pipeline.Options{Specs: all.Specs(), Shards: 1}, Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	rows := len(dump(t, db)["conn"])
	if sum := again(); sum.Before == "" || len(dump(t, db)["conn"]) != rows {
		t.Errorf("imported again: %+v", sum)
	}
	if err := os.Rename(later, paths[3]); err != nil {
		t.Fatal(err)
	}
	sum := again()
	if sum.File.String() != paths[3] || !slices.Equal(sum.Known, paths[:3]) || sum.Stats == nil || sum.Stats.Packets == 0 {
		t.Errorf("of the grown rotation: %+v", sum)
	}
	// Alone, a file of the rotation is known as well.
	if sums, err := Import(context.Background(), db, File{Path: paths[1], Kind: KindCapture}, Options{
		Devices: defender.NewDevices("", nil), Pipeline: pipeline.Options{Specs: all.Specs(), Shards: 1}, Now: time.Now,
	}); err != nil || sums.Before != paths[1] {
		t.Errorf("imported again: %+v, %v", sums, err)
	}
}
