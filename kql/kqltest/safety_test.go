//go:build !js

package kqltest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/kql"
	"wirehunt/kql/kqltest"
)

// attacks are texts that mean something to a database, a shell or a person.
func attacks(secret string) []string {
	return []string{
		`'; DROP TABLE names; --`, `"; DROP TABLE names; --`, `''`, `'`, `"`, `""`, `\`, `\'`, `\"`, "`", `$$`, `$1`, `$*`, `$over`, `$order`,
		`/* x */`, `*/`, `--`, "a\nb", "a\r\n--b", "a\x00b", "\u2019; DROP TABLE names", "\uff07 OR 1=1", "\u02bc", "\u202e'x", "e\u0301",
		`' || (SELECT content FROM read_text('` + secret + `')) || '`, `" FROM read_text('` + secret + `') --`,
		`{{x}}`, `%s%d`, `?`, `:name`, `@name`, `E'\x27'`, `U&'\0027'`, strings.Repeat(`'"`, 200),
	}
}

func literal(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\x00", `\u0000`).Replace(s) + `"`
}

// TestNoWayOut puts texts of attacks where a query can have texts: they stay
// texts, and the tables stay as they are.
func TestNoWayOut(t *testing.T) {
	e := newEngine(t)
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("TOP-SECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := kql.Options{Catalog: kqltest.Catalog(), Now: kqltest.Now(), Explore: e.Query}
	// Each query gives the text back as its first value.
	same := []string{
		`print x = %s`,
		`datatable (a: string) [%s]`,
		`print x = strcat(%s, "")`,
		`print x = tostring(dynamic([%s])[0])`,
		`print x = tostring(bag_pack("k", %s).k)`,
		`let v = %s; print x = v`,
		`print x = case(1 > 2, "a", %s)`,
		`Names | take 1 | project x = %s`,
		`Names | take 1 | extend x = %s | summarize by x`,
	}
	// These need only not fail in the database and not tell the secret.
	harmless := []string{
		`Names | where Name == %s`, `Names | where Name has %s`, `Names | where Name contains %s`, `Names | where Name in~ (%s, "b")`, `Names | where Name has_any (%s)`,
		`Names | where Name startswith %s | count`, `print x = split("a", %s)`, `print x = indexof("abc", %s)`, `print x = replace_string("abc", "b", %s)`,
		`print x = parse_json(%s)`, `print x = dynamic({"a": 1})[%s]`, `print x = extract_json("$.a", %s)`, `print x = format_datetime(now(), %s)`,
		`Names | parse Name with * %s rest`, `Names | extend x = Addresses[%s]`, `search %s | count`, `Net | where AdditionalFields.host == %s | count`,
		`print x = parse_path(%s), y = parse_url(%s), z = parse_csv(%s)`, `print d = dynamic({"k": 1}) | extend x = d[%s]`,
	}
	run := func(q string) [][]any {
		res, diags := kql.Compile(q, opts)
		if res == nil {
			if !diags.HasErrors() {
				t.Errorf("%s: neither a plan nor an error", q)
			}
			return nil
		}
		rows, err := e.Query(res.SQL)
		if err != nil {
			t.Errorf("%s: %v\n%s", q, err, res.SQL)
		}
		if strings.Contains(fmt.Sprint(rows), "TOP-SECRET") {
			t.Errorf("%s: tells what a file holds", q)
		}
		return rows
	}
	for _, a := range attacks(secret) {
		for _, f := range same {
			q := strings.ReplaceAll(f, "%s", literal(a))
			if rows := run(q); len(rows) != 1 || rows[0][0] != a {
				t.Errorf("%s gives %q", q, rows)
			}
		}
		for _, f := range harmless {
			run(strings.ReplaceAll(f, "%s", literal(a)))
		}
		// As a name of a column, a variable, a table.
		name := "[" + literal(a) + "]"
		if rows := run("print " + name + ` = 1, b = 2 | project b, ` + name + ` | summarize sum(b) by ` + name); rows != nil && len(rows) != 1 {
			t.Errorf("column %q gives %v", a, rows)
		}
		run("let " + name + " = 1; print " + name)
		run("let " + name + " = Names; " + name + " | count")
		run(name + " | take 1")
		run("Names | as " + name + " | union " + name)
		run("datatable (" + name + ": string) [1] | evaluate narrow()")
		run(`print bag = dynamic({}) | extend bag = bag_pack(` + literal(a) + `, 1) | evaluate bag_unpack(bag)`)
	}
	if rows := run("Names | count"); len(rows) != 1 || rows[0][0] != int64(3) {
		t.Errorf("the table Names has %v rows now", rows)
	}
}

// TestNoForeignFunctions wants what only the database knows to be unknown.
func TestNoForeignFunctions(t *testing.T) {
	opts := kql.Options{Catalog: kqltest.Catalog(), Now: kqltest.Now()}
	for _, q := range []string{
		`print read_text("/etc/passwd")`, `print getenv("HOME")`, `print query("SELECT 1")`, `print kql_text("strlen", "sl", "x")`, `print rows_scan(dynamic([]), "")`,
		`print part("a", "b", 1)`, `print current_setting("threads")`, `print version()`, `print pragma_version()`,
		`read_csv("/etc/passwd")`, `duckdb_settings()`, `glob("*")`, `read_blob("x") | take 1`, `["/etc/passwd"]`, `["log_web"]`, `log_web | take 1`, `information_schema.tables`,
		`duckdb_tables | take 1`, `sqlite_master`, `database("x").log_web`, `cluster("https://example.com").database("d").T`, `external_table("x")`,
		`Names | evaluate sql_request("x", "SELECT 1")`, `Names | evaluate http_request("https://example.com")`, `Names | evaluate python(typeof(*), "")`,
		`.drop table Names`, `.show tables`, `SET threads = 1`, `PRAGMA version`, `ATTACH 'x.db'`, `COPY names TO 'x'`, `INSTALL httpfs`, `SELECT 1`, `print 1; DROP TABLE names`,
	} {
		if res, diags := kql.Compile(q, opts); !diags.HasErrors() && (res == nil || res.Refused == "") {
			t.Errorf("%s is taken: %s", q, res.SQL)
		}
	}
}
