// Package synthetic fills a database with made-up records, as many as one
// likes, for measuring queries.  What it makes depends on the number of rows
// only.
package synthetic

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wirehunt/event"
	"wirehunt/internal/store/duckdb"
)

// Devices is how many devices the records are of.
const Devices = 1000

// base is the time of the first record, 2026-01-01, in ticks; records are
// spread evenly over span, 30 days.
const (
	base = 639_028_224_000_000_000
	span = 30 * 86_400 * 10_000_000
)

// share says how many of 100 records go to a log, and how they are made.
type share struct {
	log     string
	percent int64
	columns string
	values  string // of row i of n, device d, peer p
}

var shares = []share{
	{"http", 25, `trans_depth, method, host, uri, version, user_agent, request_body_len, response_body_len, status_code, status_msg, tags`,
		`1 + i % 3, CASE WHEN i % 10 = 0 THEN 'POST' ELSE 'GET' END, 'www' || (i * 31 % 5000) || '.example',
'/p/' || (i * 7919 % 100003) || CASE i % 997 WHEN 0 THEN '.exe' WHEN 1 THEN '.zip' WHEN 2 THEN '.ps1' ELSE '.html' END, '1.1',
CASE WHEN i % 1000 = 77 THEN 'TrickXYZ' ELSE 'Agent/' || CAST(floor(sqrt(i * 7919 % 90001)) AS INTEGER) || ' (X11; Linux x86_64) Browser/1.0' END,
i * 13 % 2000, i * 17 % 100000, CASE WHEN i % 20 = 0 THEN 404 ELSE 200 END, CASE WHEN i % 20 = 0 THEN 'Not Found' ELSE 'OK' END, '[]'`},
	{"dns", 15, `proto, trans_id, rtt, query, qclass, qclass_name, qtype, qtype_name, rcode, rcode_name, AA, TC, RD, RA, answers, TTLs, rejected`,
		`'udp', i % 65536, (i % 1000) / 5000.0, 'h' || (i * 31 % 20000) || '.example', 1, 'C_INTERNET',
CASE WHEN i % 200 = 0 THEN 16 ELSE 1 END, CASE WHEN i % 200 = 0 THEN 'TXT' ELSE 'A' END, 0, 'NOERROR', false, false, true, true,
CASE WHEN i % 7 = 0 THEN NULL WHEN i % 200 = 0 THEN '["TXT 4 abcd"]' ELSE '["192.0.2.' || (i % 250) || '"]' END, CASE WHEN i % 7 = 0 THEN NULL ELSE '[60.0]' END, false`},
	{"ssh", 10, `version, auth_success, auth_attempts, client, server, host_key_fingerprint`,
		`2, CASE i % 4 WHEN 0 THEN false WHEN 1 THEN true WHEN 2 THEN true END, i % 7, 'SSH-2.0-Client_' || (i * 31 % 40), 'SSH-2.0-OpenSSH_' || (i * 17 % 30), md5('k' || (i % 500))`},
	{"conn", 10, `proto, duration, orig_bytes, resp_bytes, conn_state, missed_bytes, orig_pkts, orig_ip_bytes, resp_pkts, resp_ip_bytes`,
		`'icmp', (i * 7919 % 200003) / 1000.0, i * 104729 % 600011, i * 7919 % 600011, 'OTH', 0, 1 + i % 100, 100 + i % 100000, i % 100, i % 100000`},
	{"ssl", 3, `version, cipher, server_name, resumed, established, subject, issuer`,
		`'TLSv12', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'www' || (i * 31 % 5000) || '.example', i % 3 = 0, true, 'CN=www' || (i * 31 % 5000) || '.example',
CASE WHEN i % 50 = 3 THEN 'CN=self' || (i % 700) ELSE 'CN=Authority ' || (i % 40) || ',O=Trust,C=US' END`},
	{"ntlm", 2, `username, hostname, domainname, success`,
		`'user' || (i * 13 % 500), 'HOST' || (i % 1000), 'CORP', CASE i % 4 WHEN 0 THEN NULL ELSE i % 4 = 1 END`},
}

// Fill writes about n records into a new database at path: two of three are
// records of logs, the others rows of Defender's tables.
func Fill(ctx context.Context, path string, logs []*event.Log, n int64) (err error) {
	db, err := duckdb.Open(ctx, duckdb.Options{Path: path, Logs: logs})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	raw, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	statements := []string{
		fmt.Sprintf(`INSERT INTO _devices SELECT sha1('device ' || k), 'host' || k || '.example' FROM range(%d) t(k)`, Devices),
		fmt.Sprintf(`INSERT INTO _device_addresses SELECT '10.0.' || (k // 250) || '.' || (1 + k %% 250), sha1('device ' || k) FROM range(%d) t(k)`, Devices),
		`CREATE TABLE device AS SELECT k, sha1('device ' || k) AS id, '10.0.' || (k // 250) || '.' || (1 + k % 250) AS ip FROM range(` + fmt.Sprint(Devices) + `) t(k)`,
	}
	for _, s := range shares {
		for _, l := range logs {
			if l.Name == s.log {
				statements = append(statements, duckdb.CreateTable(l), insert(s, n*s.percent/100))
			}
		}
	}
	statements = append(statements, programTable())
	statements = append(statements, fillTables(n)...)
	for _, s := range append(statements, `DROP TABLE device`, `DROP TABLE program`, `CHECKPOINT`) {
		if _, err := raw.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%.60s...: %w", s, err)
		}
	}
	return nil
}

// insert returns the statement that makes the n rows of a log.  Of ten
// connections seven go out, one comes in, two are between devices.
func insert(s share, n int64) string {
	origPort, respPort := `40000 + i % 20000`, `80 + i % 3`
	if s.log == "conn" {
		origPort, respPort = `8`, `0` // echo
	}
	return fmt.Sprintf(`INSERT INTO zeek_%s (ts, uid, "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", _orig_device, _resp_device, _orig_ip_type, _resp_ip_type, _import, %s)
SELECT %d + i * (%d // %d), 'C' || i,
CASE WHEN i %% 10 = 0 THEN '198.51.100.' || (i %% 250) ELSE d.ip END, %s,
CASE WHEN i %% 10 < 8 AND i %% 10 > 0 THEN '203.0.113.' || (i %% 250) ELSE p.ip END, %s,
CASE WHEN i %% 10 > 0 THEN d.id END, CASE WHEN i %% 10 = 0 OR i %% 10 > 7 THEN p.id END,
CASE WHEN i %% 10 = 0 THEN 'Public' ELSE 'Private' END, CASE WHEN i %% 10 < 8 AND i %% 10 > 0 THEN 'Public' ELSE 'Private' END, 1, %s
FROM range(%d) t(i) JOIN device d ON d.k = i * 7919 %% %d JOIN device p ON p.k = i * 104729 %% %d ORDER BY i`,
		s.log, s.columns, int64(base), int64(span), max(n, 1), origPort, respPort, s.values, n, Devices, Devices)
}
