package rangetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// domain is what the names of the range's devices end with.
const domain = ".range.example"

// elements returns the elements of a set, sorted and joined.
func elements(t *testing.T, set string) string {
	t.Helper()
	var s []string
	if err := json.Unmarshal([]byte(set), &s); err != nil {
		t.Errorf("%s: %v", set, err)
	}
	return joined(s)
}

func joined(s []string) string {
	return strings.Join(slices.Sorted(slices.Values(s)), " ")
}

// TestFindings checks that the hunts find what there is to be found, and
// nothing else.
func TestFindings(t *testing.T) {
	t.Run("rare user agent", findRareAgent)
	t.Run("downloads", findDownloads)
	t.Run("brute force", findBruteForce)
	t.Run("exfiltration", findExfiltration)
	t.Run("sweep", findSweep)
	t.Run("self-signed", findSelfSigned)
	t.Run("tunnel", findTunnel)
	t.Run("spraying", findSpraying)
}

func findRareAgent(t *testing.T) {
	var truth struct {
		Expect struct {
			Agent struct {
				UserAgent string `json:"user_agent"`
				Device    string `json:"device"`
				Process   string `json:"process"`
				Account   string `json:"account"`
				RemoteIP  string `json:"remote_ip"`
				Requests  int    `json:"requests"`
			} `json:"rare_user_agent"`
		} `json:"expect"`
		Agents []struct {
			UserAgent string   `json:"user_agent"`
			Devices   []string `json:"devices"`
		} `json:"user_agents"`
	}
	loadTruth(t, "http", &truth)
	e := truth.Expect.Agent

	var rare []string
	for _, s := range hunt(t, "rare-user-agents").table(t, "Devices", "Requests", "UserAgent") {
		if strings.HasPrefix(s, "1 ") {
			rare = append(rare, s)
		}
	}
	sameRows(t, "agents of one device", rare, []string{fmt.Sprintf("1 %d %s", e.Requests, e.UserAgent)})

	var got, want []string
	for _, s := range hunt(t, "rare-user-agents").table(t, "Devices", "UserAgent") {
		// The NTLM recording has more requests by curl.
		if !strings.Contains(s, "curl/") {
			got = append(got, s)
		}
	}
	for _, a := range truth.Agents {
		if !strings.Contains(a.UserAgent, "curl/") {
			want = append(want, fmt.Sprintf("%d %s", len(a.Devices), a.UserAgent))
		}
	}
	sameRows(t, "user agents", got, want)

	who := fmt.Sprintf("%s%s %s %s", e.Device, domain, e.RemoteIP, e.Process)
	sameRows(t, "process by join", hunt(t, "user-agent-process").table(t, "DeviceName", "RemoteIP", "InitiatingProcessFileName"),
		slices.Repeat([]string{who}, e.Requests))

	// Defender leaves the process of inspected connections empty; here they
	// carry it themselves.
	a := ask(t, `DeviceNetworkEvents
| where ActionType == "HttpConnectionInspected" and tostring(parse_json(AdditionalFields).user_agent) == "`+e.UserAgent+`"`)
	sameRows(t, "process in the row", a.table(t, "DeviceName", "RemoteIP", "InitiatingProcessFileName", "InitiatingProcessAccountName"),
		slices.Repeat([]string{who + " " + e.Account}, e.Requests))
}

func findDownloads(t *testing.T) {
	var truth struct {
		Expect struct {
			Downloads []struct {
				Client string `json:"client"`
				Server string `json:"server"`
				URI    string `json:"uri"`
			} `json:"downloads"`
		} `json:"expect"`
	}
	loadTruth(t, "http", &truth)
	var want []string
	for _, d := range truth.Expect.Downloads {
		// A row for each end that is a device.
		if isInside(d.Client) {
			want = append(want, fmt.Sprintf("Out %s %s %s", d.Client, d.Server, d.URI))
		}
		if isInside(d.Server) {
			want = append(want, fmt.Sprintf("In %s %s %s", d.Server, d.Client, d.URI))
		}
	}
	sameRows(t, "downloads", hunt(t, "file-downloads").table(t, "Direction", "LocalIP", "RemoteIP", "Uri"), want)
}

// isInside reports whether an address of the range is that of a device.
func isInside(addr string) bool {
	return strings.HasPrefix(addr, "10.10.0.") || strings.HasPrefix(addr, "fd00:10:10:")
}

func findBruteForce(t *testing.T) {
	var truth struct {
		Expect struct {
			Guessed []struct {
				Src      string `json:"src"`
				Dst      string `json:"dst"`
				Sessions int    `json:"sessions"`
				Attempts int    `json:"attempts_each"`
			} `json:"bruteforce"`
		} `json:"expect"`
	}
	loadTruth(t, "ssh", &truth)
	var want []string
	for _, g := range truth.Expect.Guessed {
		n := fmt.Sprintf("%d %d", g.Sessions, g.Sessions*g.Attempts)
		want = append(want, fmt.Sprintf("Out %s %s %s", g.Src, g.Dst, n), fmt.Sprintf("In %s %s %s", g.Dst, g.Src, n))
	}
	sameRows(t, "guessing", hunt(t, "ssh-brute-force").table(t, "Direction", "LocalIP", "RemoteIP", "Sessions", "Attempts"), want)
}

func findExfiltration(t *testing.T) {
	var truth struct {
		Expect struct {
			Exfil struct {
				Device  string `json:"device"`
				Src     string `json:"src"`
				Dst     string `json:"dst"`
				Bytes   int    `json:"bytes"`
				Process string `json:"process"`
				Image   string `json:"image"`
			} `json:"exfil"`
		} `json:"expect"`
	}
	loadTruth(t, "icmp-exfil", &truth)
	e := truth.Expect.Exfil
	device := e.Device + domain
	sameRows(t, "exfiltration", hunt(t, "icmp-exfiltration").table(t, "DeviceName", "LocalIP", "RemoteIP", "Upload"),
		[]string{fmt.Sprintf("%s %s %s %.2f MB", device, e.Src, e.Dst, float64(e.Bytes)/(1<<20))})
	sameRows(t, "image", hunt(t, "icmp-libraries").table(t, "DeviceName", "FileName", "InitiatingProcessFileName"),
		[]string{fmt.Sprintf("%s %s %s", device, e.Image, e.Process)})
}

func findSweep(t *testing.T) {
	var truth struct {
		Expect struct {
			Sweep struct {
				Device  string   `json:"device"`
				Hosts   int      `json:"hosts"`
				Targets []string `json:"targets"`
			} `json:"sweep"`
		} `json:"expect"`
	}
	loadTruth(t, "icmp-sweep", &truth)
	e := truth.Expect.Sweep
	a := hunt(t, "ping-sweep")
	sameRows(t, "sweeps", a.table(t, "DeviceName", "Count"), []string{fmt.Sprintf("%s%s %d", e.Device, domain, e.Hosts)})
	for _, set := range a.table(t, "Targets") {
		if got := elements(t, set); got != joined(e.Targets) {
			t.Errorf("targets %s, want %s", got, joined(e.Targets))
		}
	}
}

func findSelfSigned(t *testing.T) {
	var truth struct {
		Expect struct {
			SelfSigned []struct {
				Client  string `json:"client"`
				Server  string `json:"server"`
				Port    int    `json:"port"`
				Issuer  string `json:"issuer"`
				Process string `json:"process"`
			} `json:"self_signed"`
		} `json:"expect"`
		Handshakes []struct {
			ends
			ClientName string `json:"client_name"`
		} `json:"handshakes"`
	}
	loadTruth(t, "tls", &truth)
	names := map[string]string{}
	for _, h := range truth.Handshakes {
		names[h.Client] = h.ClientName + domain
	}
	var want, processes []string
	for _, s := range truth.Expect.SelfSigned {
		want = append(want, fmt.Sprintf("%s %s %d %s", names[s.Client], s.Server, s.Port, s.Issuer))
		processes = append(processes, fmt.Sprintf("%s %s %s", s.Client, s.Issuer, s.Process))
	}
	sameRows(t, "self-signed", hunt(t, "self-signed").table(t, "DeviceName", "RemoteIP", "RemotePort", "Issuer"), want)
	a := ask(t, `DeviceNetworkEvents
| where ActionType == "SslConnectionInspected"
| extend Issuer = tostring(parse_json(AdditionalFields).issuer)
| where Issuer == "`+truth.Expect.SelfSigned[0].Issuer+`"`)
	sameRows(t, "processes", a.table(t, "LocalIP", "Issuer", "InitiatingProcessFileName"), processes)
}

func findTunnel(t *testing.T) {
	var truth struct {
		Expect struct {
			Tunnel []struct {
				Device  string `json:"device"`
				Server  string `json:"server"`
				Domain  string `json:"domain"`
				Queries int    `json:"queries"`
			} `json:"txt_tunnel"`
		} `json:"expect"`
	}
	loadTruth(t, "dns", &truth)
	a := hunt(t, "dns-unknown-resolver")
	var want []string
	for _, e := range truth.Expect.Tunnel {
		want = append(want, fmt.Sprintf("%s%s %s %d", e.Device, domain, e.Server, e.Queries))
		for _, name := range a.table(t, "Sample") {
			if !strings.HasSuffix(name, "."+e.Domain) {
				t.Errorf("query for %s, want one below %s", name, e.Domain)
			}
		}
	}
	sameRows(t, "tunnels", a.table(t, "DeviceName", "RemoteIP", "Queries"), want)
}

func findSpraying(t *testing.T) {
	var truth struct {
		Expect struct {
			Spray struct {
				Device string   `json:"device"`
				Src    string   `json:"src"`
				Users  []string `json:"users"`
			} `json:"spray"`
		} `json:"expect"`
	}
	loadTruth(t, "ntlm", &truth)
	e := truth.Expect.Spray
	a := hunt(t, "ntlm-spraying")
	sameRows(t, "spraying", a.table(t, "Source", "DeviceName"), []string{e.Src + " " + e.Device + domain})
	for _, set := range a.table(t, "Users") {
		if got := elements(t, set); got != joined(e.Users) {
			t.Errorf("users %s, want %s", got, joined(e.Users))
		}
	}
}
