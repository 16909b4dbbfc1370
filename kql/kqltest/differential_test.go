//go:build !js

package kqltest_test

import (
	"strings"
	"testing"
	"time"

	"wirehunt/kql"
	"wirehunt/kql/funcs"
	"wirehunt/kql/kqltest"
	"wirehunt/kql/parser"
	"wirehunt/kql/plan"
	"wirehunt/kql/sqlgen/duckdb"
	"wirehunt/kql/types"
)

// unfolded is the catalogue without the Go forms of what SQL can do, so that
// constants are not folded.
type unfolded struct{ *funcs.Catalogue }

func strip(f *types.Func) *types.Func {
	if f == nil || f.SQL == nil {
		return f
	}
	c := *f
	c.Eval = nil
	return &c
}

func (u unfolded) Scalar(n string) *types.Func   { return strip(u.Catalogue.Scalar(n)) }
func (u unfolded) Operator(n string) *types.Func { return strip(u.Catalogue.Operator(n)) }

// expressions are evaluated twice, in Go and in SQL; the answers must agree.
var expressions = []string{
	`1 + 2`, `7 / 2`, `-7 / 2`, `7 % 3`, `-7 % 3`, `7 % -3`, `1 / 0`, `1.5 * 2`, `5.0 % 3`, `1d / 1h`, `1d / 2`, `1d * 1.5`, `2 * 1h`, `25h % 1d`, `-(3)`, `-1h`, `-2.5`,
	`datetime(2024-02-29) + 1d`, `datetime(2024-03-01) - datetime(2024-02-28)`, `datetime(2024-03-01 10:11:12.1234567) - 1h`,
	`1 == 1`, `1 == 2`, `1 != 2`, `'a' == 'A'`, `'a' =~ 'A'`, `'a' != 'b'`, `int(null) == 1`, `int(null) != 1`, `int(null) == int(null)`, `1 < 2`, `2.5 >= 2.5`, `1h > 30m`, `true and false`, `true or false`, `not(true)`,
	`bool(null) and false`, `bool(null) or true`, `bool(null) and true`, `5 between (1 .. 10)`, `datetime(2024-01-02) between (datetime(2024-01-01) .. 1d)`,
	`'abc' contains 'B'`, `'abc' contains_cs 'B'`, `'abc' startswith 'AB'`, `'abc' startswith_cs 'AB'`, `'abc' endswith 'BC'`, `'abc' !endswith 'BC'`, `'abc' contains ''`,
	`'one two' has 'TWO'`, `'onetwo' has 'two'`, `'one_two' has 'two'`, `'one.exe' has '.exe'`, `'a.b' has 'a.b'`, `'xa.b' has 'a.b'`, `'été' has 'ÉTÉ'`, `'one two' has_cs 'TWO'`, `'onetwo' hasprefix 'ONE'`, `'onetwo' hassuffix 'TWO'`, `'x onetwo' hasprefix 'tw'`,
	`'one two' has_any ('zzz', 'two')`, `'one two' has_all ('one', 'two')`, `'one two' has_all ('one', 'x')`, `'one' has_any (dynamic([]))`, `'a' has_any ('1','2','3','4','a')`,
	`'abc' matches regex 'b.$'`, `'abc' matches regex '(?i)B'`, `'a' in ('a', 'b')`, `'A' in~ ('a', 'b')`, `'c' !in ('a')`, `3 in (1, 2, 3)`, `3 in (dynamic([1, 3]))`, `'x' in (dynamic(['x']))`, `int(null) in (1)`, `int(null) !in (1)`,
	`tostring(1)`, `tostring(1.0)`, `tostring(1.5)`, `tostring(true)`, `tostring(datetime(2024-01-02 03:04:05.1234567))`, `tostring(1d)`, `tostring(90m)`, `tostring(-90s)`, `tostring(dynamic([1,"a"]))`, `tostring(dynamic("x"))`, `tostring(long(null))`, `tostring(dynamic(null))`,
	`tolong('12')`, `tolong('12.9')`, `tolong(' 12 ')`, `tolong('x')`, `tolong('')`, `tolong(12.9)`, `tolong(-12.9)`, `tolong('0x1f')`, `tolong(true)`, `tolong(dynamic("5"))`, `tolong(dynamic(5.5))`, `toint('3000000000')`, `toint(7)`, `tolong('9223372036854775807')`,
	`toreal('1.5')`, `toreal('x')`, `toreal(1)`, `toreal('1e3')`, `tobool('true')`, `tobool('FALSE')`, `tobool('1')`, `tobool('0')`, `tobool('x')`, `tobool(2)`, `tobool(dynamic(true))`,
	`todatetime('2024-01-02')`, `todatetime('2024-01-02T03:04:05.1234567Z')`, `todatetime('x')`, `totimespan('1.02:03:04')`, `toguid('74be27de-1e4e-49d9-b579-fe0b331d3642')`,
	`strlen('äbc')`, `string_size('äbc')`, `tolower('ÄB')`, `toupper('äb')`, `substring('abcdef', 2)`, `substring('abcdef', 2, 2)`, `substring('abcdef', -2, 1)`, `substring('abc', 10)`, `substring('abc', 1, -1)`,
	`strcat('a', 1, 2.5, true)`, `strcat_delim('-', 'a', 1)`, `indexof('abcb', 'b')`, `indexof('abc', 'z')`, `indexof('abcb', 'b', 2)`, `split('a,b,c', ',')`, `split('a,b,c', ',', 1)`, `split('a', ',', 5)`, `split('', ',')`,
	`replace_string('abab', 'a', 'x')`, `replace_regex('abc', 'b(.)', 'x\\1')`, `extract('a(.)c', 1, 'xabcx')`, `extract('a(.)c', 0, 'xabcx')`, `extract('q', 0, 'abc')`, `extract('a(\\d+)', 1, 'a42', typeof(long))`, `trim('-', '--a-b--')`, `trim_start('[^a-z]+', '12ab')`, `trim_end('x', 'axx')`,
	`countof('a.b.c', '.')`, `countof('aaa', 'aa')`, `countof('aab', 'a+', 'regex')`, `isempty('')`, `isempty('a')`, `isnotempty(dynamic(null))`, `isnull(1)`, `isnull(long(null))`, `isnotnull('')`, `isempty(long(null))`,
	`iff(1 > 2, 'a', 'b')`, `iff(bool(null), 1, 2)`, `case(1 > 2, 'a', 2 > 1, 'b', 'c')`, `coalesce('', 'b')`, `coalesce(long(null), 3)`, `max_of(1, 3, 2)`, `min_of(2.5, 1)`,
	`bin(7, 5)`, `bin(-7, 5)`, `bin(7.5, 0.5)`, `bin(datetime(2024-01-02 03:04), 1h)`, `bin(90m, 1h)`, `bin_at(7, 5, 1)`, `bin_at(datetime(2024-01-02), 7d, datetime(2024-01-01))`, `round(2.567, 2)`, `round(1.4)`, `ceiling(1.2)`, `abs(-3)`, `abs(-2.5)`, `sqrt(16.0)`, `pow(2, 10)`, `exp2(3)`, `sign(-4)`,
	`binary_and(12, 10)`, `binary_or(12, 10)`, `binary_xor(12, 10)`, `binary_not(5)`, `isnan(1.0)`, `isfinite(1.0)`, `degrees(pi())`,
	`startofday(datetime(2024-02-29 13:14))`, `startofday(datetime(2024-02-29 13:14), -1)`, `endofday(datetime(2024-02-29))`, `startofweek(datetime(2024-02-29))`, `startofweek(datetime(2024-03-03))`, `endofweek(datetime(2024-02-29), 1)`, `startofmonth(datetime(2024-02-29))`,
	`dayofweek(datetime(2024-02-29))`, `dayofmonth(datetime(2024-02-29))`, `dayofyear(datetime(2024-02-29))`, `monthofyear(datetime(2024-02-29))`, `getyear(datetime(2024-02-29))`, `hourofday(datetime(2024-02-29 13:14))`, `week_of_year(datetime(2024-02-29))`,
	`datetime_diff('day', datetime(2024-03-01), datetime(2024-02-28 23:00))`, `datetime_diff('month', datetime(2024-03-01), datetime(2023-12-31))`, `datetime_diff('hour', datetime(2024-03-01 01:00), datetime(2024-03-01 00:59))`,
	`array_length(dynamic([1,2,3]))`, `array_length(dynamic({"a":1}))`, `pack_array(1, 'a', true)`, `bag_pack('a', 1, 'b', 'x')`, `strcat_array(dynamic(['a', 1]), '-')`, `dynamic({"a":{"b":[1,2]}}).a.b[1]`, `dynamic([1,2,3])[-1]`, `tostring(dynamic({"a":"x"}).a)`, `tostring(dynamic({"a":1})['b'])`, `dynamic({"x/y~z": 7})['x/y~z']`,
	`parse_json('{"a": [1, 2]}')`, `parse_json('not json')`, `parse_json('')`, `parse_json('"text"')`, `tostring(parse_json('{"a":"b"}').a)`, `toint(parse_json('{"n": 5}').n) + 1`, `parse_json('{"n": 5}').n > 4`, `dynamic("a") == 'a'`,
	`ipv4_is_private('10.1.2.3')`, `ipv4_is_private('172.32.0.1')`, `ipv4_is_private('172.16.0.1')`, `ipv4_is_private('192.168.1.1')`, `ipv4_is_private('fe80::1')`, `ipv4_is_private('x')`, `ipv4_is_private('10.0.0.0/8')`, `ipv4_is_private('1.2.3')`,
	`hash_md5('a')`, `hash_sha1('a')`, `hash_sha256('a')`, `format_bytes(1048576)`, `format_bytes(1500, 2, 'KB')`,
}

func one(t *testing.T, e engine, src string, f types.Catalogue) string {
	t.Helper()
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags.Err())
	}
	b, diags := types.Bind(q, types.Options{Funcs: f})
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags.Err())
	}
	p := plan.New(b)
	sql := duckdb.SQL(p)
	rows, err := e.Query(sql)
	if err != nil {
		t.Errorf("%s: %v\n%s", src, err, sql)
		return ""
	}
	return kqltest.CellText(rows[0][0], p.Columns[0].Type)
}

// TestGoAndSQL evaluates expressions as folded constants and in the database.
func TestGoAndSQL(t *testing.T) {
	e := newEngine(t)
	for _, x := range expressions {
		src := "print " + x
		folded, inSQL := one(t, e, src, funcs.All()), one(t, e, src, unfolded{funcs.All()})
		if folded != inSQL {
			t.Errorf("%s: Go says %s, SQL says %s", x, folded, inSQL)
		}
	}
}

// TestExamples runs the examples of the catalogue, folded and in SQL.
func TestExamples(t *testing.T) {
	e := newEngine(t)
	c := funcs.All()
	n := 0
	for _, name := range c.ScalarNames() {
		for _, ex := range c.Scalar(name).Examples {
			n++
			for _, f := range []types.Catalogue{c, unfolded{c}} {
				if got := one(t, e, "print "+ex.KQL, f); strings.Trim(got, `"`) != strings.Trim(ex.Want, `"`) && got != `"`+strings.ReplaceAll(ex.Want, `"`, `\"`)+`"` {
					t.Errorf("%s: %s: got %s, want %s", name, ex.KQL, got, ex.Want)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no examples")
	}
}

// BenchmarkCompile compiles a long query as hunters write them.
func BenchmarkCompile(b *testing.B) {
	src := `let devices = Names | where Name startswith "a" | distinct DeviceId;
let web = Net | where ActionType == "WebSeen" | extend j = parse_json(AdditionalFields) | extend Host = tostring(j.host), Status = toint(j.status), Way = tostring(j.direction);
let shell = Net | where ActionType == "ShellSeen" | extend Client = tostring(parse_json(AdditionalFields).client);
web | where Timestamp > ago(7d) and Way == "Out" and DeviceId in (devices)
| where Host has_any ("one", "two", "three") or Host matches regex @"\.example$"
| summarize Hosts = make_set(Host), Hits = count(), First = min(Timestamp), Last = max(Timestamp) by DeviceId, bin(Timestamp, 1h), RemoteIP
| join kind=leftouter (shell | summarize arg_max(Timestamp, *) by DeviceId) on DeviceId
| extend Long = Last - First, Kind = case(Hits > 100, "many", Hits > 10, "some", "few")
| where array_length(Hosts) > 1 | top 100 by Hits | project-away Timestamp1`
	opts := kql.Options{Catalog: kqltest.Catalog(), Now: time.Unix(0, 0)}
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := kql.Compile(src, opts); diags.HasErrors() {
			b.Fatal(diags.Err())
		}
	}
}
