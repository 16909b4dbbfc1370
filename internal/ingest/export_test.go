package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wirehunt/schema"
)

// readExport returns the rows of an export as "Table column=value ..." and
// what was unparsed.
func readExport(t *testing.T, table, text string) (rows []string, unparsed map[string]int64, err error) {
	t.Helper()
	e := newExport(table, func(tab *schema.Table, values []any) error {
		parts := []string{tab.Name}
		cols := append(append([]schema.Column{}, tab.Columns...), tab.Hidden...)
		for i, v := range values {
			if v != nil {
				parts = append(parts, fmt.Sprintf("%s=%v", cols[i].Name, v))
			}
		}
		rows = append(rows, strings.Join(parts, " "))
		return nil
	})
	err = e.read(strings.NewReader(text))
	return rows, e.unparsed, err
}

const ticks2020 = 637134336000000001 // 2020-01-01T00:00:00.0000001Z

func TestExports(t *testing.T) {
	record := `{"time":"2020-01-01T00:00:00Z","tenantId":"x","category":"AdvancedHunting-DeviceNetworkEvents","properties":` +
		`{"Timestamp":"2020-01-01T00:00:00.0000001Z","ActionType":"ConnectionSuccess","RemotePort":"443","LocalPort":5,"AdditionalFields":{"a": 1},"DeviceName":null,"Nonsense":1}}`
	want := fmt.Sprintf(`DeviceNetworkEvents Timestamp=%d ActionType=ConnectionSuccess RemotePort=443 LocalPort=5 AdditionalFields={"a":1}`, ticks2020)
	row := `{"Timestamp":"2020-01-01T00:00:00.0000001Z","ActionType":"X","InitiatingProcessId":7,"IsInitiatingProcessRemoteSession":false,"RemoteIPType":"Public","LocalIPType":null}`
	wantRow := fmt.Sprintf(`DeviceNetworkEvents Timestamp=%d ActionType=X RemoteIPType=Public InitiatingProcessId=7 IsInitiatingProcessRemoteSession=false`, ticks2020)
	f := func(name, table, text string, want ...string) {
		t.Helper()
		rows, _, err := readExport(t, table, text)
		if err != nil || !slices.Equal(rows, want) {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, strings.Join(rows, "\n     "), strings.Join(want, "\n     "))
		}
	}
	f("streaming", "", `{"records":[`+record+","+record+`]}`, want, want)
	f("one record a line", "", record+"\n"+record+"\n", want, want)
	f("API reply", "", `{"Stats":{"x":[1]},"Schema":[{"Name":"Timestamp","Type":"DateTime"}],"Results":[`+row+`]}`, wantRow)
	f("Graph reply", "", `{"schema":[],"results":[`+row+`]}`, wantRow)
	f("array of rows", "", "\ufeff["+row+"]", wantRow)
	f("CSV", "", "\ufeff\"Timestamp\",ActionType,LocalIPType,RemoteIPType,InitiatingProcessId,IsInitiatingProcessRemoteSession\r\n2020-01-01T00:00:00.0000001Z,X,,Public,7,False\r\n", wantRow)
	f("broken record is skipped", "", record+"\n{\"category\":\"AdvancedHunting-De\n"+record+"\n", want, want)
	f("named table", "DeviceInfo", `[{"Timestamp":"2020-01-01T00:00:00.0000001Z","DeviceName":"a"}]`, fmt.Sprintf("DeviceInfo Timestamp=%d DeviceName=a", ticks2020))
}

func TestExportFaults(t *testing.T) {
	f := func(text, reason string) {
		t.Helper()
		_, unparsed, err := readExport(t, "", text)
		if err != nil || unparsed[reason] == 0 {
			t.Errorf("%s: %v, %v", text, err, unparsed)
		}
	}
	rec := func(table, props string) string {
		return `{"category":"AdvancedHunting-` + table + `","properties":` + props + `}`
	}
	f(rec("Nonsense", `{}`), "record of unknown table Nonsense")
	f(rec("DeviceInfo", `{"DeviceName":"x"}`), "row of DeviceInfo without Timestamp")
	f(rec("DeviceInfo", `{"Timestamp":"2020-01-01","OSBuild":"x"}`), "value of DeviceInfo.OSBuild that is no long")
	f(rec("DeviceInfo", `{"Timestamp":"2020-01-01","Foo":"x"}`), "column DeviceInfo.Foo that the table does not have")
	f(rec("DeviceInfo", `[]`), "record without properties")
	f(`{"records":[1]}`, "JSON value that is no record")
	f(`{"records":[`, "broken JSON")
	for text, want := range map[string]string{
		"":                       "the file is empty",
		"hello":                  "neither a capture, nor a log of Zeek, nor an export of Defender",
		`[{"A":1}]`:              "no table of Defender has the columns A",
		`[{"Timestamp":"2020"}]`: "could be of several tables",
		"{}":                     "no table",
		"[]":                     "no rows in it",
	} {
		if _, _, err := readExport(t, "", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzExport(f *testing.F) {
	f.Add(`{"records":[{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"2020-01-01T00:00:00Z"}}]}`)
	f.Add("Timestamp,ActionType,RemoteIPType\n2020-01-01,a,\"b\n")
	f.Add(`[{"Timestamp":1e400,"OSBuild":"9e99"},`)
	f.Fuzz(func(t *testing.T, text string) {
		e := newExport("", func(*schema.Table, []any) error { return nil })
		e.read(strings.NewReader(text))
	})
}
