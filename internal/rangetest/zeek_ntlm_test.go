package rangetest

import "testing"

type ntlmRow struct {
	flow
	Username string `json:"username"`
	Hostname string `json:"hostname"`
	Domain   string `json:"domainname"`
	Success  bool   `json:"success"`
	Computer string `json:"server_nb_computer_name"`
	DNSName  string `json:"server_dns_computer_name"`
}

type ntlmFact struct {
	ends
	User        string `json:"user"`
	Domain      string `json:"domain"`
	Workstation string `json:"workstation"`
	Success     bool   `json:"success"`
	Carrier     string `json:"carrier"`
}

func checkNTLM(t *testing.T, r records) {
	var truth struct{ Attempts []ntlmFact }
	loadTruth(t, "ntlm", &truth)
	type answer struct {
		flow
		Depth  int `json:"trans_depth"`
		Status int `json:"status_code"`
	}
	var want []ntlmRow
	var answers []answer
	var smb, http []ends
	for _, f := range truth.Attempts {
		if f.Carrier == "http" {
			// There is the challenge, and after it the answer to the attempt.
			status := 401
			if f.Success {
				status = 200
			}
			answers = append(answers, answer{f.flow(), 1, 401}, answer{f.flow(), 2, status})
			http = append(http, f.ends)
			want = append(want, ntlmRow{f.flow(), f.User, f.Workstation, f.Domain, f.Success, "SRV-APP", "srv-app.range.example"})
			continue
		}
		want = append(want, ntlmRow{f.flow(), f.User, f.Workstation, f.Domain, f.Success, "SRV-FILES", "srv-files.range.example"})
		smb = append(smb, f.ends)
	}
	if len(smb) == 0 || len(http) == 0 {
		t.Fatalf("%d attempts over SMB, %d over HTTP", len(smb), len(http))
	}
	sameRows(t, "attempts", rows[ntlmRow](t, r, "ntlm"), want)
	sameRows(t, "answers", rows[answer](t, r, "http"), answers)
	// As in Zeek, NTLM is no service of an HTTP connection.
	for _, service := range []string{"smb", "ntlm", "gssapi"} {
		sameServices(t, r, service, smb)
	}
	sameServices(t, r, "http", http)
}
