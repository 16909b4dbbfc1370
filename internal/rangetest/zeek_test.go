package rangetest

import "testing"

// TestZeekRecords compares the records of each capture with the facts, in
// both directions: each fact has its record, and each record of the protocol
// its fact.
func TestZeekRecords(t *testing.T) {
	for _, c := range []struct {
		scenario string
		check    func(*testing.T, records)
	}{
		{"dns", checkDNS},
		{"ftp", checkFTP},
		{"http", checkHTTP},
		{"icmp-exfil", func(t *testing.T, r records) { checkPings(t, r, "icmp-exfil") }},
		{"icmp-sweep", func(t *testing.T, r records) { checkPings(t, r, "icmp-sweep") }},
		{"ntlm", checkNTLM},
		{"smtp", checkSMTP},
		{"ssh", checkSSH},
		{"tls", checkTLS},
	} {
		t.Run(c.scenario, func(t *testing.T) { c.check(t, analyse(t, c.scenario, 1)) })
	}
}
