package bench

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wirehunt/analyzer/all"
	"wirehunt/hunts"
	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/internal/store/duckdb"
	"wirehunt/internal/store/duckdb/synthetic"
	"wirehunt/schema"
)

var (
	rowsFlag = flag.Int64("rows", 100_000, "how many made-up records to measure with")
	runsFlag = flag.Int("runs", 1, "how often to run each query at least; the median counts")
	dbFlag   = flag.String("bench-db", "", "keep the database in this `file` and use it again")
	onlyFlag = flag.String("only", "", "measure the published queries whose names match this `regexp`")
)

// byHand has, for each hunt that the made-up records have rows for, the SQL
// that somebody who knows the tables would write.
var byHand = map[string]string{
	"rare-user-agents": `SELECT coalesce(user_agent, '') AS agent, count(DISTINCT _orig_device) AS devices, count(*) AS n, to_json(list(DISTINCT host))
FROM zeek_http WHERE _orig_device IS NOT NULL GROUP BY 1 ORDER BY 2, 3`,
	"file-downloads": `SELECT ts, n.DeviceName, dir, l, r, uri, agent, len FROM (
SELECT ts, _orig_device AS d, 'Out' AS dir, "id.orig_h" AS l, "id.resp_h" AS r, uri, user_agent AS agent, response_body_len AS len FROM zeek_http
WHERE _orig_device IS NOT NULL AND regexp_matches(uri, '(?i)\.(?:exe|dll|msi|ps1|bat|sh|zip|7z|rar|iso)$')
UNION ALL
SELECT ts, _resp_device, 'In', "id.resp_h", "id.orig_h", uri, user_agent, response_body_len FROM zeek_http
WHERE _resp_device IS NOT NULL AND regexp_matches(uri, '(?i)\.(?:exe|dll|msi|ps1|bat|sh|zip|7z|rar|iso)$')
) JOIN _devices n ON n.DeviceId = d ORDER BY ts`,
	"download-extensions": `SELECT ext, count(*) FROM (
SELECT '.' || string_split(uri, '.')[-1] AS ext FROM zeek_http WHERE _orig_device IS NOT NULL AND contains(uri, '.')
UNION ALL SELECT '.' || string_split(uri, '.')[-1] FROM zeek_http WHERE _resp_device IS NOT NULL AND contains(uri, '.')
) GROUP BY 1 ORDER BY 2 DESC, 1`,
	"ssh-brute-force": `SELECT dir, l, r, count(*) AS n, sum(auth_attempts), to_json(list(DISTINCT p)) FROM (
SELECT 'Out' AS dir, "id.orig_h" AS l, "id.resp_h" AS r, "id.resp_p" AS p, auth_attempts FROM zeek_ssh WHERE _orig_device IS NOT NULL AND auth_success = false AND auth_attempts > 3
UNION ALL
SELECT 'In', "id.resp_h", "id.orig_h", "id.resp_p", auth_attempts FROM zeek_ssh WHERE _resp_device IS NOT NULL AND auth_success = false AND auth_attempts > 3
) GROUP BY ALL HAVING count(*) > 4 ORDER BY n DESC, l, r`,
	"ssh-software": `SELECT coalesce(server, ''), coalesce(client, ''), count(*) AS n, list(DISTINCT p) FROM (
SELECT server, client, "id.resp_p" AS p FROM zeek_ssh WHERE _orig_device IS NOT NULL
UNION ALL SELECT server, client, "id.resp_p" FROM zeek_ssh WHERE _resp_device IS NOT NULL
) GROUP BY 1, 2 ORDER BY 3 DESC, 1`,
	"icmp-exfiltration": `SELECT n.DeviceName, "id.orig_h", "id.resp_h", orig_bytes, resp_bytes, duration FROM (
SELECT * FROM zeek_conn WHERE proto = 'icmp' AND _orig_device IS NOT NULL AND duration >= 101 AND orig_bytes > 500000 ORDER BY orig_bytes DESC LIMIT 10
) JOIN _devices n ON n.DeviceId = _orig_device ORDER BY orig_bytes DESC`,
	"ping-sweep": `SELECT n.DeviceName, t, k, l FROM (
SELECT _orig_device AS d, ts // 6000000000 * 6000000000 AS t, count(DISTINCT "id.resp_h") AS k, list(DISTINCT "id.resp_h") AS l
FROM zeek_conn WHERE proto = 'icmp' AND _orig_device IS NOT NULL
AND regexp_matches("id.resp_h", '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)')
GROUP BY 1, 2 HAVING count(DISTINCT "id.resp_h") > 5) JOIN _devices n ON n.DeviceId = d`,
	"dns-unknown-resolver": `SELECT n.DeviceName, r, k, q FROM (
SELECT _orig_device AS d, "id.resp_h" AS r, count(*) AS k, any_value(query) AS q FROM zeek_dns
WHERE _orig_device IS NOT NULL AND qtype_name = 'TXT' AND answers IS NOT NULL AND answers <> '[]'
GROUP BY 1, 2) JOIN _devices n ON n.DeviceId = d`,
}

// TestRatios runs each hunt and its SQL.  They must give as many rows; how
// long they take is logged.  With few rows the ratio says little, so that it
// fails the test only where the hunt takes a tenth of a second.
func TestRatios(t *testing.T) {
	ctx := context.Background()
	path := *dbFlag
	if path == "" {
		path = filepath.Join(t.TempDir(), "bench.db")
	}
	db := openFilled(t, ctx, path)
	defer db.Close()
	t.Logf("%-22s %10s %10s %7s %10s %8s", "hunt", "KQL", "SQL", "ratio", "compile", "rows")
	for _, h := range hunts.All() {
		sql := byHand[h.Name]
		if sql == "" {
			continue
		}
		start := time.Now()
		res, diags, err := query.Compile(ctx, db, h.Query, query.Options{Latest: true})
		if err != nil || diags.HasErrors() {
			t.Errorf("%s: %v %v", h.Name, err, diags)
			continue
		}
		compile := time.Since(start)
		m := inTurn(t, ctx, []way{{db, res.SQL, res.Columns}, {db, sql, nil}})
		kqlTime, kqlRows, sqlTime, sqlRows, ratio := m[0].median, m[0].rows, m[1].median, m[1].rows, m[1].ratio
		t.Logf("%-22s %10s %10s %7.2f %10s %8d", h.Name, kqlTime.Round(10*time.Microsecond), sqlTime.Round(10*time.Microsecond), ratio, compile.Round(10*time.Microsecond), kqlRows)
		if kqlRows != sqlRows {
			t.Errorf("%s gives %d rows, the SQL %d", h.Name, kqlRows, sqlRows)
		}
		if kqlTime > 100*time.Millisecond && ratio > 1.5 && *runsFlag > 1 {
			t.Errorf("%s takes %.2f times as long as the SQL", h.Name, ratio)
		}
	}
}

func openFilled(t *testing.T, ctx context.Context, path string) *duckdb.DB {
	t.Helper()
	if matches, _ := filepath.Glob(path); len(matches) == 0 {
		start := time.Now()
		if err := synthetic.Fill(ctx, path, all.Logs(), *rowsFlag); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d records made in %s", *rowsFlag, time.Since(start).Round(time.Millisecond))
	}
	db, err := duckdb.Open(ctx, duckdb.Options{Path: path, ReadOnly: true, Logs: all.Logs()})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// way is one way to an answer: SQL for a database.
type way struct {
	engine store.Engine
	sql    string
	cols   []schema.Column
}

// measured is how long a way took.
type measured struct {
	median time.Duration
	ratio  float64 // the median of how the first way compares with it, run by run
	rows   int
}

// enough is how long the first two ways are run beyond -runs, up to ten times
// as often: short ones need more runs for a median that says something.
const enough = 2 * time.Second

// inTurn runs ways one after the other, so that what slows the machine down
// slows all of them: once without counting where -runs is above 1, then -runs
// times, and the first two ways longer.
func inTurn(t *testing.T, ctx context.Context, ways []way) []measured {
	t.Helper()
	out := make([]measured, len(ways))
	times := make([][]time.Duration, len(ways))
	ratios := make([][]float64, len(ways))
	round := func(ways []way, count bool) {
		for i, w := range ways {
			start := time.Now()
			out[i].rows = run(t, ctx, w)
			if took := time.Since(start); count {
				times[i] = append(times[i], took)
				ratios[i] = append(ratios[i], times[0][len(times[0])-1].Seconds()/took.Seconds())
			}
		}
	}
	if *runsFlag > 1 {
		round(ways, false)
	}
	for range max(*runsFlag, 1) {
		round(ways, true)
	}
	for start, n := time.Now(), *runsFlag; *runsFlag > 1 && n < 10**runsFlag && time.Since(start) < enough; n++ {
		round(ways[:2], true)
	}
	for i := range ways {
		slices.Sort(times[i])
		slices.Sort(ratios[i])
		out[i].median, out[i].ratio = times[i][len(times[i])/2], ratios[i][len(ratios[i])/2]
	}
	return out
}

// run reads an answer to its last row.
func run(t *testing.T, ctx context.Context, w way) (n int) {
	t.Helper()
	rows, err := w.engine.Query(ctx, w.sql, w.cols)
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.TrimSpace(w.sql))
	}
	defer rows.Close()
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(fmt.Errorf("%w\n%s", err, w.sql))
	}
	return n
}
