package rangetest

import (
	"fmt"
	"strings"
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
					if !isInside(f.Client) {
						continue
					}
					flow, process := fmt.Sprintf("%s %d %s %d", f.Client, f.ClientPort, f.Server, f.ServerPort), fmt.Sprintf("%s %d", f.Process, f.ProcessID)
					if want[flow] != "" && want[flow] != process {
						t.Errorf("%s: the facts name %s and %s", flow, want[flow], process)
					}
					want[flow] = process
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

// TestAllAttributed checks that no inspected TCP connection that a device of
// the range opened is without its process.
func TestAllAttributed(t *testing.T) {
	a := ask(t, `DeviceNetworkEvents
| where ActionType endswith "Inspected" and Protocol == "Tcp" and tostring(parse_json(AdditionalFields).direction) == "Out"
| summarize Unknown = countif(isempty(InitiatingProcessFileName)) by ActionType`)
	if len(a.rows) < 5 {
		t.Errorf("rows of %d kinds only: %q", len(a.rows), a.rows)
	}
	for _, s := range a.table(t, "Unknown", "ActionType") {
		if !strings.HasPrefix(s, "0 ") {
			t.Errorf("rows without a process: %s", s)
		}
	}
}
