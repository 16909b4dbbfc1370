package pipeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/packet"
	"wirehunt/pcapfile"
)

// lasting makes a TCP connection that sends 10 bytes every 10 s for n times,
// and says no goodbye.
func lasting(n int) []pcapfile.Record {
	a, b := [4]byte{10, 9, 0, 1}, [4]byte{10, 9, 0, 2}
	now := int64(1_700_000_000e9 + 250e6)
	var recs []pcapfile.Record
	add := func(b []byte) {
		recs = append(recs, pcapfile.Record{Time: now, Data: b, WireLen: len(b), Link: packet.LinkEthernet})
	}
	add(ip(6, a, b, tcpSegment(5000, 22, 1, 0, 2, "")))
	add(ip(6, b, a, tcpSegment(22, 5000, 1, 2, 0x12, "")))
	add(ip(6, a, b, tcpSegment(5000, 22, 2, 2, 0x10, "")))
	for i := range n {
		now += 10e9
		add(ip(6, a, b, tcpSegment(5000, 22, uint32(2+i*10), 2, 0x18, "0123456789")))
	}
	return recs
}

func TestInterim(t *testing.T) {
	recs := slices.Concat(lasting(10), traffic(5, 10_000))
	slices.SortStableFunc(recs, func(a, b pcapfile.Record) int { return int(a.Time/1e6 - b.Time/1e6) })
	without, _ := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true})
	if strings.Contains(without, "== conn_interim") {
		t.Fatal("conn_interim though nobody asked for it")
	}
	want, _ := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 1, IgnoreChecksums: true, Interim: 30 * time.Second})
	if got := section(want, "conn"); got == "" || got != section(without, "conn") {
		t.Error("interim records change conn")
	}
	got, _ := run(t, &frames{recs: recs}, Options{Specs: all.Specs(), Shards: 4, IgnoreChecksums: true, Interim: 30 * time.Second})
	if got != want {
		t.Errorf("4 shards give other records than 1: %s", firstDifference(got, want))
	}
	var rows []string
	for line := range strings.Lines(section(want, "conn_interim")) {
		var r struct {
			OrigH     string  `json:"id.orig_h"`
			Interim   int     `json:"interim"`
			Duration  float64 `json:"duration"`
			OrigBytes int     `json:"orig_bytes"`
			OrigPkts  int     `json:"orig_pkts"`
			State     string  `json:"conn_state"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.OrigH == "10.9.0.1" {
			rows = append(rows, fmt.Sprintf("%d: %gs %d bytes %d packets %s", r.Interim, r.Duration, r.OrigBytes, r.OrigPkts, r.State))
		}
	}
	// Timers go off at 30, 60 and 90 s, before the packet of that time.
	wantRows := []string{"1: 20s 20 bytes 4 packets S1", "2: 50s 50 bytes 7 packets S1", "3: 80s 80 bytes 10 packets S1"}
	if rows = rows[:min(3, len(rows))]; !slices.Equal(rows, wantRows) {
		t.Errorf("got %q, want %q", rows, wantRows)
	}
}

// section returns the records of one log.
func section(all, log string) string {
	_, rest, _ := strings.Cut(all, "== "+log+"\n")
	body, _, _ := strings.Cut(rest, "== ")
	return body
}

// TestInterimClosed has that a connection with a goodbye gives no interim
// record while it waits for stragglers.
func TestInterimClosed(t *testing.T) {
	recs := lasting(1)
	a, b := [4]byte{10, 9, 0, 1}, [4]byte{10, 9, 0, 2}
	for i, seg := range [][]byte{
		ip(6, a, b, tcpSegment(5000, 22, 12, 2, 0x11, "")),
		ip(6, b, a, tcpSegment(22, 5000, 2, 13, 0x11, "")),
		ip(6, a, b, tcpSegment(5000, 22, 13, 3, 0x10, "")),
		ip(17, a, b, udpDatagram(1, 2, "4 s later")),
	} {
		at := recs[3].Time
		if i == 3 {
			at += 4e9
		}
		recs = append(recs, pcapfile.Record{Time: at, Data: seg, WireLen: len(seg), Link: packet.LinkEthernet})
	}
	got, _ := run(t, &frames{recs: recs}, Options{Shards: 1, IgnoreChecksums: true, Interim: 3 * time.Second})
	if n := strings.Count(section(got, "conn_interim"), "\n"); n != 3 || !strings.Contains(section(got, "conn"), `"SF"`) {
		t.Errorf("%d interim records of a connection that closes after 10 s:\n%s", n, got)
	}
}
