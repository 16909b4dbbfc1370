package rangetest

import (
	"math"
	"testing"
)

// pingRow is what conn.log tells of a ping.
type pingRow struct {
	OrigH     string `json:"id.orig_h"`
	RespH     string `json:"id.resp_h"`
	Type      int    `json:"id.orig_p"` // of the message, in place of the port
	State     string `json:"conn_state"`
	OrigPkts  int    `json:"orig_pkts"`
	RespPkts  int    `json:"resp_pkts"`
	OrigBytes int    `json:"orig_bytes"`
	RespBytes int    `json:"resp_bytes"`
}

type pingFact struct {
	Src           string  `json:"src"`
	Dst           string  `json:"dst"`
	Sent          int     `json:"sent"`
	Received      int     `json:"received"`
	SentBytes     int     `json:"sent_payload_bytes"`
	ReceivedBytes int     `json:"received_payload_bytes"`
	Duration      float64 `json:"duration"` // seconds
}

func checkPings(t *testing.T, r records, scenario string) {
	var truth struct{ Pings []pingFact }
	loadTruth(t, scenario, &truth)
	type timedRow struct {
		pingRow
		Proto    string  `json:"proto"`
		Duration float64 `json:"duration"`
	}
	var got, want []pingRow
	seconds := map[string]float64{}
	for _, c := range rows[timedRow](t, r, "conn") {
		if c.Proto == "icmp" {
			got = append(got, c.pingRow)
			seconds[c.OrigH+" "+c.RespH] = c.Duration
		}
	}
	for _, f := range truth.Pings {
		want = append(want, pingRow{f.Src, f.Dst, 8, "OTH", f.Sent, f.Received, f.SentBytes, f.ReceivedBytes})
		// ping rounds to milliseconds and has its own clock.
		if d := seconds[f.Src+" "+f.Dst]; math.Abs(d-f.Duration) > 0.003 {
			t.Errorf("ping of %s by %s took %f seconds, the record says %f", f.Dst, f.Src, f.Duration, d)
		}
	}
	sameRows(t, "pings", got, want)
}
