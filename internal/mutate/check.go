package mutate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/pipeline"
	"wirehunt/packet"
	"wirehunt/pcapfile"
	"wirehunt/zeeklog"
)

// Window is how many packets of a capture are run at once.
const Window = 400

// Limits of a run over a window of packets.
const (
	// maxSeconds is far beyond what a run takes on a busy machine.
	maxSeconds = 60
	// Allocations of a run, for each byte of its packets, and for each record
	// (most of that is the text that the test makes of it).
	maxAlloc, maxAllocPerByte, maxAllocPerRow = 16 << 20, 64, 8 << 10
	// Records of a run, and for each packet and byte.
	maxRows, maxRowsPerPacket, bytesPerRow = 100, 4, 8
)

// Paths lists the captures in dir and below.
func Paths(dir string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		switch filepath.Ext(path) {
		case ".gz":
			if filepath.Ext(path[:len(path)-3]) != ".pcap" {
				return err
			}
			fallthrough
		case ".pcap", ".pcapng", ".cap", ".trace":
			paths = append(paths, path)
		}
		return err
	})
	return paths, err
}

// Load reads a capture, up to its end or the first fault in it, and cuts it in
// windows of packets.
func Load(path string) ([][]pcapfile.Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pcapfile.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var recs []pcapfile.Record
	var rec pcapfile.Record
	for r.Next(&rec) == nil {
		rec.Data = slices.Clone(rec.Data)
		recs = append(recs, rec)
	}
	return slices.Collect(slices.Chunk(recs, Window)), nil
}

// Program returns a random program of n operations.
func Program(rng *rand.Rand, n int) []byte {
	b := make([]byte, n*opSize)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// Save writes packets as a capture into dir, named after the capture that they
// were in and what is wrong with them, so that of each fault there is one file.
// It returns the path.
func Save(dir, name string, recs []pcapfile.Record, fault error) (string, error) {
	kind := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, fault.Error())
	h := fnv.New32a()
	io.WriteString(h, kind[:min(len(kind), 100)])
	path := filepath.Join(dir, fmt.Sprintf("%s-%08x.pcapng", name, h.Sum32()))
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := pcapfile.NewWriterNG(f)
	links := map[packet.LinkType]int{}
	for _, r := range recs {
		if _, ok := links[r.Link]; !ok {
			links[r.Link] = w.AddInterface(r.Link)
		}
		r.Interface = links[r.Link]
		if err := w.Write(&r); err != nil {
			return "", err
		}
	}
	return path, w.Flush()
}

// Check runs packets through the whole pipeline, with one shard and with
// several, and returns what is wrong: a panic, an error, a run without end,
// too much memory, records that are too many, out of order, no JSON, or others
// with several shards than with one.
func Check(recs []pcapfile.Record) error {
	var one uint64
	for _, shards := range []int{1, 3} {
		sum, err := check(recs, shards)
		if err != nil {
			return fmt.Errorf("%d shards: %w", shards, err)
		}
		if shards == 1 {
			one = sum
		} else if sum != one {
			return fmt.Errorf("%d shards give other records than 1", shards)
		}
	}
	return nil
}

// check returns a hash of the records.
func check(recs []pcapfile.Record, shards int) (uint64, error) {
	size := 0
	for i := range recs {
		size += len(recs[i].Data)
	}
	s := &sink{left: maxRows + maxRowsPerPacket*len(recs) + size/bytesPerRow, last: map[string]event.Order{}, sum: fnv.New64a()}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var stats pipeline.Stats
	done := make(chan error, 1)
	go func() {
		var err error
		stats, err = pipeline.Run(context.Background(), &source{recs}, pipeline.Options{
			Specs: all.Specs(), Shards: shards, IgnoreChecksums: true, CommunityID: true, Interim: 20 * time.Minute,
		}, s)
		done <- err
	}()
	// Seconds are counted as they are lived: a process that is stopped, as
	// those of a fuzzer may be, misses ticks.
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for seconds, running := 0, true; running; {
		select {
		case err := <-done:
			if err != nil {
				return 0, err
			}
			running = false
		case <-tick.C:
			if seconds++; seconds == maxSeconds {
				return 0, fmt.Errorf("no end after %d s", maxSeconds)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if stats.Panics > 0 {
		return 0, fmt.Errorf("%d panics: %s", stats.Panics, stats.Panic)
	}
	if stats.Packets != uint64(len(recs)) {
		return 0, fmt.Errorf("%d packets of %d were worked on", stats.Packets, len(recs))
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > maxAlloc+maxAllocPerByte*uint64(size)+maxAllocPerRow*stats.Rows {
		return 0, fmt.Errorf("%d bytes allocated for %d bytes in %d packets, %d records", n, size, len(recs), stats.Rows)
	}
	return s.sum.Sum64(), nil
}

// source gives packets in memory.
type source struct{ recs []pcapfile.Record }

func (s *source) Next(b *capture.Batch) error {
	if len(s.recs) == 0 {
		return io.EOF
	}
	n := min(len(s.recs), capture.BatchSize)
	b.Records, s.recs = s.recs[:n], s.recs[n:]
	return nil
}

func (s *source) Progress() (int64, int64) { return 0, 0 }
func (s *source) Close() error             { return nil }

// sink looks at the records and forgets them.
type sink struct {
	left int // how many more there may be
	last map[string]event.Order
	text bytes.Buffer
	sum  hash.Hash64 // of the text
}

func (s *sink) Write(batches ...*event.Batch) error {
	for _, b := range batches {
		if s.left -= b.Len(); s.left < 0 {
			return errors.New("too many records, the last in " + b.Log.Name)
		}
		if err := s.rows(b); err != nil {
			return fmt.Errorf("%s: %w", b.Log.Name, err)
		}
	}
	return nil
}

func (s *sink) rows(b *event.Batch) error {
	last := s.last[b.Log.Name]
	for n := range b.Len() {
		o := b.Order(n)
		if o.Time < last.Time || n > 0 && o.Less(last) {
			return fmt.Errorf("record at %v comes after one at %v", o, last)
		}
		last = o
		for i := range b.Log.Fields {
			if b.Log.Fields[i].Kind == event.Double && b.IsSet(n, i) {
				if v := b.Float(n, i); math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("%s is %v", b.Log.Fields[i].Name, v)
				}
			}
		}
	}
	s.last[b.Log.Name] = last
	s.text.Reset()
	if err := zeeklog.WriteBatch(&s.text, b, zeeklog.Options{JSON: true, Extra: true}); err != nil {
		return err
	}
	s.sum.Write(s.text.Bytes())
	for line := range bytes.Lines(s.text.Bytes()) {
		if !json.Valid(line) || !utf8.Valid(line) {
			return fmt.Errorf("no JSON: %q", line)
		}
	}
	return nil
}
