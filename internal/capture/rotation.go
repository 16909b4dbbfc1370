package capture

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// Rotations groups capture files: those that tcpdump (-C, -G, -W) or dumpcap
// (-b) wrote one after the other of one capture make a group, in the order of
// time; every other file is a group of its own.  Files belong together where
// they are in one directory, their names are the same but for numbers, the
// link type is the same, and each begins where the one before ends, or up to
// an hour later: after more no connection would go on.  Files that have a
// namesake are read for that.
func Rotations(paths []string) [][]string {
	byStem := map[string][]string{}
	place := make(map[string]int, len(paths)) // in paths, the first
	for i, p := range paths {
		if _, twice := place[p]; twice {
			continue
		}
		place[p] = i
		k := stem(p)
		byStem[k] = append(byStem[k], p)
	}
	group := map[string][]string{} // by the first of its paths in the list
	member := map[string]bool{}    // of a group that another path stands for
	for _, list := range byStem {
		if len(list) < 2 {
			continue
		}
		for _, g := range follow(list) {
			first := slices.MinFunc(g, func(a, b string) int { return place[a] - place[b] })
			for _, p := range g {
				member[p] = p != first
			}
			group[first] = g
		}
	}
	var out [][]string
	for _, p := range paths {
		switch {
		case group[p] != nil:
			out = append(out, group[p])
			delete(group, p)
			member[p] = true
		case !member[p]:
			out = append(out, []string{p})
		}
	}
	return out
}

// Limits of time between a file and the next: clocks step back a little, and
// the longest time-out of a connection is an hour (Zeek's, for SSH and FTP).
const (
	maxOverlap = time.Second
	maxPause   = time.Hour
)

// follow returns the groups of two files or more among files of the same stem.
func follow(paths []string) [][]string {
	var spans []span
	for _, p := range paths {
		if s, ok := spanOf(p); ok {
			spans = append(spans, s)
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last))
	})
	var groups [][]string
	var g []string
	for i, s := range spans {
		if i > 0 {
			before := &spans[i-1]
			pause := time.Duration(s.first - before.last)
			if s.link != before.link || pause < -maxOverlap || pause > maxPause {
				groups, g = append(groups, g), nil
			}
		}
		g = append(g, s.path)
	}
	groups = append(groups, g)
	return slices.DeleteFunc(groups, func(g []string) bool { return len(g) < 2 })
}

// stem returns the path without what tells the files of a rotation apart: a
// number at the end (-C, -W: cap.pcap, cap.pcap1, cap.pcap02), and numbers of
// two digits or more within (-G, dumpcap: cap_00001_20260131120000.pcap).
func stem(path string) string {
	dir, name := filepath.Split(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	name = strings.TrimRight(name, "0123456789")
	out := []byte(dir)
	for i := 0; i < len(name); {
		n := 0
		for i+n < len(name) && name[i+n] >= '0' && name[i+n] <= '9' {
			n++
		}
		switch n {
		case 0, 1:
			out = append(out, name[i])
			i++
		default:
			out = append(out, '#')
			i += n
		}
	}
	return string(out)
}

// span is the time that a capture file covers.
type span struct {
	path        string
	link        packet.LinkType
	first, last int64 // ns
}

// spanOf reads a file for its span; ok is false where it is not to be read, or
// has no packets.
func spanOf(path string) (s span, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return s, false
	}
	defer f.Close()
	r, err := pcapfile.NewReader(f)
	if err != nil {
		return s, false
	}
	defer r.Close()
	s.path = path
	records := make([]pcapfile.Record, BatchSize)
	for {
		n, buf, err := r.ReadBatch(records)
		if err != nil {
			return s, ok // cut short, it still has a span
		}
		for _, rec := range records[:n] {
			if !ok {
				ok, s.link, s.first, s.last = true, rec.Link, rec.Time, rec.Time
			}
			s.last = max(s.last, rec.Time)
		}
		buf.Release()
	}
}
