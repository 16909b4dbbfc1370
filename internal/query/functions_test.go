package query_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"wirehunt/internal/query"
	"wirehunt/internal/store/duckdb"
	"wirehunt/kql"
	"wirehunt/kql/complete"
	"wirehunt/kql/funcs"
)

func open(t *testing.T, host funcs.Host) *duckdb.DB {
	t.Helper()
	db, err := duckdb.Open(t.Context(), duckdb.Options{Host: host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// answer runs a query that gives one value as text.
func answer(t *testing.T, db *duckdb.DB, text string, opt query.Options) (value string, warnings int) {
	t.Helper()
	res, diags, err := query.Compile(t.Context(), db, text, opt)
	if err != nil || diags.HasErrors() {
		t.Fatalf("%s: %v %v", text, err, diags)
	}
	rows, err := query.Run(t.Context(), db, res)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", text, rows.Err())
	}
	return string(query.AppendText(nil, rows.Values()[0], res.Columns[0].Type)), len(diags)
}

// TestGeoInfo asks the host where addresses are, for constants and for rows.
func TestGeoInfo(t *testing.T) {
	db := open(t, funcs.Host{GeoInfo: func(a netip.Addr) string {
		if a == netip.MustParseAddr("192.0.2.1") {
			return `{"country":"Australia"}`
		}
		return "{}"
	}})
	for text, want := range map[string]string{
		`print geo_info_from_ip_address("192.0.2.1").country`:  "Australia",
		`print geo_info_from_ip_address("192.0.2.2")`:          "{}",
		`print isnull(geo_info_from_ip_address("no address"))`: "true",
		`print ip = dynamic(["192.0.2.1", "192.0.2.9"]) | mv-expand ip to typeof(string) | extend c = tostring(geo_info_from_ip_address(ip).country) | summarize countif(c == "Australia")`: "1",
	} {
		if got, warnings := answer(t, db, text, query.Options{}); got != want || warnings > 0 {
			t.Errorf("%s: %s with %d warnings, want %s", text, got, warnings, want)
		}
	}
	if got, warnings := answer(t, open(t, funcs.Host{}), `print geo_info_from_ip_address("192.0.2.1")`, query.Options{}); got != "{}" || warnings != 1 {
		t.Errorf("without a file: %s with %d warnings", got, warnings)
	}
}

// TestSavedFunctions saves functions, calls them, and reads them from a folder.
func TestSavedFunctions(t *testing.T) {
	db := open(t, funcs.Host{})
	list, diags := kql.ParseFunctions("", "let A = (n: long) { n + 1 }; let B = (n: long) { A(n) * 10 };")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if _, diags, err := query.SaveFunctions(t.Context(), db, list); err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	if got, _ := answer(t, db, "print B(3)", query.Options{}); got != "40" {
		t.Errorf("B(3) is %s", got)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"A.kql": "let A = (n: long) { n + 2 };", "Rows.kql": "// Some.\nrange x from 1 to 4 step 1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	more, err := query.ReadFunctions(dir)
	if err != nil || len(more) != 2 {
		t.Fatal(more, err)
	}
	if got, _ := answer(t, db, "Rows | summarize sum(B(x))", query.Options{Functions: more}); got != "180" {
		t.Errorf("with the folder's functions the sum is %s", got)
	}
	saved, err := query.Functions(t.Context(), db)
	if err != nil || len(saved) != 2 || saved[1].Signature() != "B(n: long)" {
		t.Fatal(saved, err)
	}
	if c := query.Completion(saved); c[0].Name != "A" || c[0].Kind != complete.Saved || len(c[0].Params) != 1 {
		t.Errorf("completion: %+v", c)
	}
	wrong, _ := kql.ParseFunctions("", "let A = (n: long) { B(n) };")
	if _, diags, err := query.SaveFunctions(t.Context(), db, wrong); err != nil || !diags.HasErrors() {
		t.Error("a circle is saved:", err)
	}
	if ok, err := query.DeleteFunction(t.Context(), db, "A"); !ok || err != nil {
		t.Error(ok, err)
	}
	if ok, err := query.DeleteFunction(t.Context(), db, "A"); ok || err != nil {
		t.Error("removed twice:", ok, err)
	}
}
