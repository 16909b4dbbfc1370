package rangetest

import (
	"fmt"
	"testing"
)

// TestAttribution checks that inspected connections carry the process that
// opened them, as the machine's own telemetry names it.
func TestAttribution(t *testing.T) {
	type fact struct {
		ends
		Process   string `json:"process"`
		ProcessID int    `json:"process_id"`
	}
	for _, c := range []struct {
		scenario, action string
	}{
		{"http", "HttpConnectionInspected"},
		{"ssh", "SshConnectionInspected"},
		{"tls", "SslConnectionInspected"},
		{"ftp", "FtpConnectionInspected"},
		{"smtp", "SmtpConnectionInspected"},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			var truth struct{ Requests, Sessions, Handshakes []fact }
			loadTruth(t, c.scenario, &truth)
			want := map[string]string{}
			for _, list := range [][]fact{truth.Requests, truth.Sessions, truth.Handshakes} {
				for _, f := range list {
					if isInside(f.Client) {
						want[fmt.Sprintf("%s %d %s %d", f.Client, f.ClientPort, f.Server, f.ServerPort)] = fmt.Sprintf("%s %d", f.Process, f.ProcessID)
					}
				}
			}
			got := map[string]string{}
			a := ask(t, `DeviceNetworkEvents
| where ActionType == "`+c.action+`" and tostring(parse_json(AdditionalFields).direction) == "Out"`)
			processes := a.table(t, "InitiatingProcessFileName", "InitiatingProcessId")
			for i, flow := range a.table(t, "LocalIP", "LocalPort", "RemoteIP", "RemotePort") {
				got[flow] = processes[i]
			}
			if len(want) == 0 {
				t.Fatal("no facts")
			}
			for flow, process := range want {
				if got[flow] != process {
					t.Errorf("%s: process %q, want %q", flow, got[flow], process)
				}
			}
		})
	}
}
