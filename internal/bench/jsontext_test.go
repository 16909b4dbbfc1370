package bench

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/internal/query"
	"wirehunt/internal/store/duckdb"
)

// jsonTable is DeviceNetworkEvents as a store without typed fields has it:
// the fields of the protocols are JSON text.
const jsonTable = "json_DeviceNetworkEvents"

const jsonTableQuery = `DeviceNetworkEvents | where ActionType endswith "Inspected" or ActionType == "ConnectionSuccess"
| project Timestamp, DeviceId, DeviceName, ActionType, RemoteIP, RemotePort, LocalIP, LocalPort, Protocol, LocalIPType, RemoteIPType, InitiatingProcessId, InitiatingProcessFileName, ReportId, AdditionalFields`

// fillJSON makes the table with JSON text of the typed ones, if it is not
// there.
func fillJSON(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	db, err := duckdb.Open(ctx, duckdb.Options{Path: path, ReadOnly: true, Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	res, diags, err := query.Compile(ctx, db, jsonTableQuery, query.Options{Latest: true})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	start := time.Now()
	for _, s := range []string{`CREATE TABLE IF NOT EXISTS ` + jsonTable + ` AS ` + res.SQL, `CHECKPOINT`} {
		if _, err := raw.ExecContext(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%s made in %s", jsonTable, time.Since(start).Round(time.Millisecond))
}

// overJSON has for published queries that read fields the SQL by hand for the
// table with JSON text.
var overJSON = map[string]string{
	"001-04": `SELECT json_extract_string(AdditionalFields, '$.user_agent') AS a, count(DISTINCT DeviceId) AS n FROM json_DeviceNetworkEvents
WHERE ActionType = 'HttpConnectionInspected' AND json_extract_string(AdditionalFields, '$.direction') = 'Out' GROUP BY 1 ORDER BY 2`,
	"001-05": `SELECT r.DeviceId, l.ActionType, l.AdditionalFields, l.LocalIP, l.LocalPort, l.RemoteIP, l.RemotePort, r.InitiatingProcessId, r.InitiatingProcessFileName, l.k FROM (
SELECT *, Timestamp // 3000000000 * 3000000000 AS k FROM json_DeviceNetworkEvents WHERE Timestamp > $now - 36000000000 AND ActionType = 'HttpConnectionInspected' AND json_extract_string(AdditionalFields, '$.user_agent') = 'TrickXYZ'
) l JOIN (
SELECT *, Timestamp // 3000000000 * 3000000000 AS k FROM json_DeviceNetworkEvents WHERE Timestamp > $now - 36000000000 AND ActionType = 'ConnectionSuccess'
) r ON r.LocalIP = l.LocalIP AND r.RemoteIP = l.RemoteIP AND r.LocalPort = l.LocalPort AND r.k = l.k`,
	"001-06": `SELECT *, json_extract_string(AdditionalFields, '$.direction'), json_extract_string(AdditionalFields, '$.user_agent'), json_extract_string(AdditionalFields, '$.uri') AS uri FROM json_DeviceNetworkEvents
WHERE ActionType = 'HttpConnectionInspected' AND regexp_matches(json_extract_string(AdditionalFields, '$.uri'), '\.(?:dll|exe|zip|7z|ps1|ps|bat|sh)$')`,
	"001-07": `SELECT LocalIP, RemoteIP, count(*) AS n FROM json_DeviceNetworkEvents WHERE ActionType = 'SshConnectionInspected'
AND json_extract_string(AdditionalFields, '$.auth_success') = 'false' AND TRY_CAST(json_extract_string(AdditionalFields, '$.auth_attempts') AS INTEGER) > 3 GROUP BY 1, 2 HAVING count(*) > 4 ORDER BY n DESC`,
	"001-08": `SELECT DISTINCT json_extract_string(AdditionalFields, '$.server'), json_extract_string(AdditionalFields, '$.client') FROM json_DeviceNetworkEvents WHERE ActionType = 'SshConnectionInspected'`,
	"001-09": `SELECT RemoteIP, LocalIP, u, TRY_CAST(json_extract_string(AdditionalFields, '$.resp_bytes') AS BIGINT), d, Timestamp, DeviceId, DeviceName FROM (
SELECT *, TRY_CAST(json_extract_string(AdditionalFields, '$.orig_bytes') AS BIGINT) AS u, TRY_CAST(json_extract_string(AdditionalFields, '$.duration') AS DOUBLE) AS d FROM json_DeviceNetworkEvents
WHERE ActionType = 'IcmpConnectionInspected' AND json_extract_string(AdditionalFields, '$.direction') = 'Out'
) WHERE d >= 101 AND u > 500000 ORDER BY u DESC LIMIT 10`,
	"001-10": `SELECT DeviceId, Timestamp // 6000000000 * 6000000000 AS t, to_json(list(DISTINCT RemoteIP)) FROM json_DeviceNetworkEvents
WHERE ActionType = 'IcmpConnectionInspected' AND json_extract_string(AdditionalFields, '$.direction') = 'Out' AND regexp_matches(RemoteIP, ` + private + `) GROUP BY 1, 2 HAVING count(DISTINCT RemoteIP) > 5`,
	"001-12": `SELECT *, json_extract_string(AdditionalFields, '$.issuer') FROM json_DeviceNetworkEvents WHERE ActionType = 'SslConnectionInspected' AND json_extract_string(AdditionalFields, '$.direction') = 'Out'
AND NOT regexp_matches(RemoteIP, ` + private + `) AND regexp_matches(json_extract_string(AdditionalFields, '$.issuer'), 'CN=\S+$')`,
	"001-13": `SELECT *, json_extract_string(AdditionalFields, '$.query') FROM json_DeviceNetworkEvents WHERE ActionType = 'DnsConnectionInspected' AND json_extract_string(AdditionalFields, '$.direction') = 'Out'
AND json_extract_string(AdditionalFields, '$.qtype_name') = 'TXT' AND json_extract_string(AdditionalFields, '$.answers') <> ''
AND RemoteIP NOT IN (SELECT DISTINCT a FROM (SELECT unnest(json_extract_string(DnsAddresses, '$[*]')) AS a FROM defender_DeviceNetworkInfo WHERE DnsAddresses <> '') WHERE a NOT IN ('::', '127.0.0.1', '0.0.0.0'))`,
	"001-14": `SELECT LocalIP, Timestamp // 6000000000 * 6000000000 AS t, DeviceId, to_json(list(DISTINCT json_extract_string(AdditionalFields, '$.username'))) FROM json_DeviceNetworkEvents
WHERE ActionType = 'NtlmAuthenticationInspected' AND DeviceId IN (SELECT DeviceId FROM defender_DeviceInfo GROUP BY 1 HAVING arg_max(IsInternetFacing, Timestamp))
AND json_extract_string(AdditionalFields, '$.direction') = 'In' AND json_extract_string(AdditionalFields, '$.username') <> '' AND coalesce(json_extract_string(AdditionalFields, '$.success'), 'false') <> 'true'
GROUP BY 1, 2, 3 HAVING count(DISTINCT json_extract_string(AdditionalFields, '$.username')) > 3`,
	"002-10": `SELECT json_extract_string(AdditionalFields, '$.uri') AS uri, count(*) FROM json_DeviceNetworkEvents
WHERE ActionType = 'HttpConnectionInspected' AND regexp_matches(json_extract_string(AdditionalFields, '$.uri'), '\.(?:dll|exe|zip|7z|ps1|ps|bat|sh)$') GROUP BY 1`,
}
