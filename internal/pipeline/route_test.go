package pipeline

import (
	"testing"

	"wirehunt/pcapfile"
)

// TestRoute wants a connection in one partition, whether it is in a tunnel
// over IP or not, as long as the tunnel carries no other.
func TestRoute(t *testing.T) {
	direct := records(ip(17, a2, b2, udpDatagram(4000, 9, "query")), ip(17, b2, a2, udpDatagram(9, 4000, "reply")))
	inner := direct[0].Data
	split := func(recs ...[]pcapfile.Record) int {
		// With one seed all could be in the same by chance.
		apart := 0
		for seed := range uint64(32) {
			route := newRouter(seed)
			met := map[uint8]bool{}
			for _, list := range recs {
				for i := range list {
					met[route.pick(&list[i])] = true
				}
			}
			if len(met) > 1 {
				apart++
			}
		}
		return apart
	}
	if n := split(direct, records(gre(inner)), direct, records(ipip(inner))); n > 0 {
		t.Errorf("in and out of tunnels: apart with %d seeds of 32", n)
	}
	if n := split(records(gre(inner)), direct); n > 0 {
		t.Errorf("out of a tunnel: apart with %d seeds of 32", n)
	}
	// A tunnel's packets stay together, whatever it carries.
	other := ip(17, [4]byte{10, 9, 0, 7}, [4]byte{10, 9, 0, 8}, udpDatagram(4000, 9, "query"))
	if n := split(records(gre(inner), gre(other))); n > 0 {
		t.Errorf("two connections in a tunnel: apart with %d seeds of 32", n)
	}
	if n := split(direct, records(other)); n < 20 {
		t.Errorf("two pairs of hosts: apart with %d seeds of 32 only", n)
	}
}

func TestLimits(t *testing.T) {
	o := &Options{MaxFlows: 1000, AnalyzerBytes: 8000}
	sum := func(l *shares) (s share) {
		for _, one := range l {
			s.flows += one.flows
			s.bytes += one.bytes
		}
		return s
	}
	l := o.limits(new(shares))
	if got := sum(l); got.flows > 2*o.MaxFlows || l[0].flows < o.MaxFlows/partitions {
		t.Errorf("at the start: %+v", l)
	}
	var used shares
	for k := range used {
		used[k] = share{flows: 10}
	}
	used[3].flows = 700
	if l = o.limits(&used); l[3].flows <= 700 || l[0].flows <= 10 || sum(l).flows > 2*o.MaxFlows {
		t.Errorf("one of them busy: %+v", l)
	}
	for k := range used {
		used[k] = share{flows: 250, bytes: 2000}
	}
	if l = o.limits(&used); sum(l) != (share{o.MaxFlows, o.AnalyzerBytes}) {
		t.Errorf("all used twice over: %+v", l)
	}
}

// TestShardsEvict wants the same flows evicted by any number of shards.
func TestShardsEvict(t *testing.T) {
	recs := traffic(9, 60_000)
	var want string
	for _, n := range []int{1, 2, 5} {
		got, st := run(t, &frames{recs: recs}, Options{Shards: n, MaxFlows: 300, IgnoreChecksums: true})
		if st.Evicted == 0 {
			t.Fatal("nothing evicted")
		}
		if n == 1 {
			want = got
		} else if got != want {
			t.Fatalf("%d shards give other records than 1: %s", n, firstDifference(got, want))
		}
	}
}
