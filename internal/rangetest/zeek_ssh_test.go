package rangetest

import "testing"

type sshRow struct {
	flow
	Version      int    `json:"version"`
	AuthSuccess  *bool  `json:"auth_success,omitempty"`
	AuthAttempts int    `json:"auth_attempts"`
	Client       string `json:"client"`
	Server       string `json:"server"`
	Cipher       string `json:"cipher_alg,omitempty"`
	Compression  string `json:"compression_alg,omitempty"`
	Kex          string `json:"kex_alg,omitempty"`
	HostKeyAlg   string `json:"host_key_alg,omitempty"`
	HostKey      string `json:"host_key,omitempty"`
	SHA256       string `json:"host_key_fingerprint,omitempty"`
}

type sshFact struct {
	ends
	Attempts     int    `json:"attempts"`
	Success      bool   `json:"success"`
	Outcome      string `json:"outcome"`
	ClientBanner string `json:"client_banner"`
	ServerBanner string `json:"server_banner"`
	Kex          string `json:"kex"`
	HostKeyAlg   string `json:"host_key_algorithm"`
	Cipher       string `json:"cipher"`
	Mac          string `json:"mac"`
	Compression  string `json:"compression"`
	SHA256       string `json:"host_key_sha256"`
	MD5          string `json:"host_key_md5"`
}

func checkSSH(t *testing.T, r records) {
	var truth struct{ Sessions []sshFact }
	loadTruth(t, "ssh", &truth)
	type macRow struct {
		sshRow
		Mac string `json:"mac_alg"`
	}
	records := map[flow]macRow{}
	var got, want []sshRow
	for _, m := range rows[macRow](t, r, "ssh") {
		records[m.flow] = m
		got = append(got, m.sshRow)
	}
	var all []ends
	for _, f := range truth.Sessions {
		m := records[f.flow()]
		w := sshRow{
			flow: f.flow(), Version: 2, AuthAttempts: f.Attempts, Client: f.ClientBanner, Server: f.ServerBanner,
			Cipher: f.Cipher, Compression: f.Compression, Kex: f.Kex, HostKeyAlg: f.HostKeyAlg, HostKey: f.MD5,
		}
		// Zeek shows the first 24 bytes of the SHA-256 only.
		if f.SHA256 != "" {
			w.SHA256 = f.SHA256[:len("SHA256:")+32]
		}
		// Zeek does not say how a session ended in which nobody tried to
		// sign in.
		if f.Outcome != "left before authentication" {
			w.AuthSuccess = &f.Success
		}
		// OpenSSH names no MAC where the cipher authenticates; Zeek gives the
		// one that was negotiated all the same.
		if f.Mac != "" && f.Mac != "<implicit>" && f.Mac != m.Mac || f.Kex != "" && m.Mac == "" {
			t.Errorf("%s: MAC %q, want %q", text(w.flow), m.Mac, f.Mac)
		}
		// Clients other than OpenSSH did not tell what they agreed on, and
		// the one that left early agreed on nothing.
		if f.Kex == "" {
			w.Cipher, w.Compression, w.Kex, w.HostKeyAlg = m.Cipher, m.Compression, m.Kex, m.HostKeyAlg
			if f.MD5 == "" && m.Kex != "" || f.MD5 != "" && m.Kex == "" {
				t.Errorf("%s: key exchange %q", text(w.flow), m.Kex)
			}
		}
		want = append(want, w)
		// The service is known with the first key.
		if f.MD5 != "" {
			all = append(all, f.ends)
		}
	}
	sameRows(t, "sessions", got, want)
	sameServices(t, r, "ssh", all)
}
