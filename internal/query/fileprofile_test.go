package query_test

import (
	"testing"

	"wirehunt/internal/defender"
	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/internal/store/duckdb"
	"wirehunt/kql/funcs"
	"wirehunt/schema"
)

// insert stores rows of one of Defender's tables, given by column.
func insert(t *testing.T, db *duckdb.DB, table string, rows ...map[string]any) {
	t.Helper()
	imp, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer imp.Rollback()
	for _, tab := range defender.Tables(nil, nil) {
		if tab.Name != table {
			continue
		}
		for _, r := range rows {
			var values []any
			for _, cols := range [][]schema.Column{tab.Columns, tab.Hidden} {
				for _, c := range cols {
					values = append(values, r[c.Name])
				}
			}
			if err := imp.AppendTable(&tab, values); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := imp.Commit(&store.Source{Path: table, SHA256: table, Kind: "defender", Rows: map[string]int64{}}, defender.NewDevices("", nil)); err != nil {
		t.Fatal(err)
	}
}

// TestFileProfile wants what the tables know of files, by any of their hashes.
func TestFileProfile(t *testing.T) {
	db := open(t, funcs.Host{})
	const day = 864_000_000_000
	at := func(n int64) int64 { return schema.UnixEpochTicks + n*day }
	insert(t, db, "DeviceProcessEvents",
		map[string]any{"Timestamp": at(2), "DeviceId": "a", "ActionType": "ProcessCreated", "FileName": "tool.exe", "SHA1": "AA11", "SHA256": "bb22", "FileSize": int64(100), "ProcessVersionInfoCompanyName": "Tools", "InitiatingProcessSHA1": "cc33"},
		map[string]any{"Timestamp": at(5), "DeviceId": "b", "ActionType": "ProcessCreated", "FileName": "tool.exe", "SHA1": "aa11", "SHA256": "bb22", "FileSize": int64(100), "InitiatingProcessSHA1": "cc33"},
		map[string]any{"Timestamp": at(6), "DeviceId": "b", "ActionType": "ProcessCreated", "FileName": "rare.exe", "SHA1": "dd44", "InitiatingProcessSHA1": "cc33"})
	insert(t, db, "DeviceFileCertificateInfo",
		map[string]any{"Timestamp": at(1), "DeviceId": "a", "SHA1": "aa11", "Signer": "Old", "IsSigned": true, "IsTrusted": false},
		map[string]any{"Timestamp": at(3), "DeviceId": "a", "SHA1": "aa11", "Signer": "Tools Inc", "Issuer": "CA", "IsSigned": true, "IsTrusted": true})
	for text, want := range map[string]string{
		`DeviceProcessEvents | where FileName == "rare.exe" | invoke FileProfile() | project GlobalPrevalence`:                                                     "1",
		`DeviceProcessEvents | where FileName == "tool.exe" and DeviceId == "a" | invoke FileProfile(SHA1, 1000) | project GlobalPrevalence`:                       "2",
		`DeviceProcessEvents | where FileName == "tool.exe" and DeviceId == "a" | invoke FileProfile("SHA256") | project GlobalLastSeen - GlobalFirstSeen`:         "3.00:00:00",
		`DeviceProcessEvents | take 1 | invoke FileProfile("InitiatingProcessSHA1", 1000) | project GlobalPrevalence`:                                              "2",
		`DeviceProcessEvents | where DeviceId == "a" | invoke FileProfile() | project strcat(Signer, "/", Issuer, "/", SignatureState, "/", Publisher, "/", SHA1)`: "Tools Inc/CA/SignedValid/Tools/AA11",
		`print x = "bb22" | invoke FileProfile(x) | project strcat(SHA1, "/", FileSize, "/", ProfileAvailability)`:                                                 "aa11/100/Available",
		`print x = "0000" | invoke FileProfile(x) | project strcat(SHA1, "/", GlobalPrevalence, "/", ProfileAvailability, "/", SignatureState)`:                    "//Missing/Unknown",
		`DeviceProcessEvents | invoke FileProfile() | where GlobalPrevalence < 2 | summarize make_set(FileName) | project tostring(set_FileName)`:                  `["rare.exe"]`,
	} {
		if got, _ := answer(t, db, text, query.Options{}); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
