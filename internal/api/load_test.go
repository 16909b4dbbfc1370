package api

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"wirehunt/hunts"
)

// TestQueriesDuringImports asks while captures are imported: no query fails,
// and nothing is left running.
func TestQueriesDuringImports(t *testing.T) {
	st := start(t, func(o *Options) {
		o.Store = emptyDB(t)
		o.Limits.PerMinute, o.Limits.QueueWait = 0, time.Minute
	})
	st.post("/api/v1/query", map[string]string{"query": "print 1"}).ok(200, nil)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	before := runtime.NumGoroutine()
	var ids []string
	for _, name := range []string{"http.pcap", "ssh.pcap", "tls.pcap", "dns.pcap", "ftp.pcap"} {
		ids = append(ids, st.send("POST", "/api/v1/imports?name="+name, capture(t, name)).ok(202, nil).get("id"))
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for n := range 12 {
		wg.Go(func() {
			all := hunts.All()
			for i := n; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				h := all[i%len(all)]
				if r := st.post("/api/v1/query", map[string]any{"query": h.Query, "quiet": i%2 == 0}); r.status != 200 {
					t.Errorf("%s: %d %s", h.Name, r.status, r.body)
					return
				}
			}
		})
	}
	for _, id := range ids {
		if j := st.wait(id); j.State != stateDone {
			t.Errorf("%s: %+v", j.Name, j)
		}
	}
	close(stop)
	wg.Wait()
	if got := st.post("/api/v1/query", map[string]string{"query": "DeviceNetworkEvents | summarize by ActionType | count"}).ok(200, nil).get("rows", 0, 0); len(got) != 2 {
		t.Errorf("%s action types after the imports", got)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if now := runtime.NumGoroutine(); now <= before+5 {
			break
		} else if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", now, before, buf[:runtime.Stack(buf, true)])
		}
	}
}
