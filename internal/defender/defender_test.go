package defender

import (
	"net/netip"
	"strings"
	"testing"

	"wirehunt/event"
)

func addr(s string) [16]byte { return netip.MustParseAddr(s).As16() }

func TestSides(t *testing.T) {
	d := NewDevices("", DefaultLocalNets)
	d.AddNamed("WS1", netip.MustParseAddr("203.0.113.9"))
	id := func(name string) string { return DeviceID("", name) }
	f := func(orig, resp, wantOrig, wantResp string) {
		t.Helper()
		o, r, _, _ := d.Sides(addr(orig), addr(resp))
		if o != wantOrig || r != wantResp {
			t.Errorf("%s > %s: %s, %s", orig, resp, o, r)
		}
	}
	f("10.0.0.1", "8.8.8.8", id("10.0.0.1"), "")
	f("8.8.8.8", "10.0.0.1", "", id("10.0.0.1"))
	f("10.0.0.1", "fe80::1", id("10.0.0.1"), id("fe80::1"))
	f("8.8.8.8", "1.1.1.1", id("8.8.8.8"), "") // reported by the originator
	f("203.0.113.9", "1.1.1.1", id("ws1"), "") // named by the user
	if n := d.Names()[id("ws1")]; n != "WS1" {
		t.Errorf("name %q", n)
	}
	if n := d.Names()[id("10.0.0.1")]; n != "10.0.0.1" {
		t.Errorf("name %q", n)
	}
	if got := d.Addresses()[netip.MustParseAddr("10.0.0.1")]; got != id("10.0.0.1") {
		t.Errorf("address of %q", got)
	}
	if DeviceID("a", "x") == DeviceID("b", "x") || len(DeviceID("a", "x")) != 40 {
		t.Error("DeviceID must depend on the scope and have 40 digits")
	}
}

func TestIPType(t *testing.T) {
	for a, want := range map[string]string{
		"8.8.8.8": "Public", "10.1.1.1": "Private", "fd00::1": "Private", "127.0.0.1": "Loopback",
		"169.254.1.1": "LinkLocal", "255.255.255.255": "Broadcast", "224.0.0.1": "Reserved",
		"100.64.0.1": "CarrierGradeNat", "2001::1": "Teredo", "2001:db8::1": "Public",
	} {
		if got := IPType(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s is %s, want %s", a, got, want)
		}
	}
}

func TestTableName(t *testing.T) {
	for log, want := range map[string]string{"conn": "ZeekConn", "smb_files": "ZeekSmbFiles", "dce_rpc": "ZeekDceRpc", "x509": "ZeekX509"} {
		if got := TableName(log); got != want {
			t.Errorf("%s: %s, want %s", log, got, want)
		}
	}
}

func TestTables(t *testing.T) {
	log := event.NewLog("http", "HttpConnectionInspected", "HTTP")
	log.StringField("method", "doc")
	log.StringField("secret", "doc", event.NoBag)
	tables := Tables([]*event.Log{log}, map[string][]string{"DeviceInfo": nil})
	names := map[string]bool{}
	for _, table := range tables {
		names[table.Name] = true
		for _, p := range table.Parts {
			for col := range p.Values {
				if table.Column(col) == nil {
					t.Errorf("%s: a part of %s gives column %s, which it has not", table.Name, p.Relation, col)
				}
			}
			for col := range p.Bags {
				if table.Column(col) == nil || p.Values[col].Column != "" {
					t.Errorf("%s: bag %s", table.Name, col)
				}
			}
		}
		if table.Name == "DeviceNetworkEvents" {
			if len(table.Parts) != 2 {
				t.Fatalf("%d parts, want Out and In", len(table.Parts))
			}
			var keys []string
			for _, m := range table.Parts[0].Bags["AdditionalFields"] {
				keys = append(keys, m.Key)
			}
			if got := len(keys); got != 3 || keys[0] != "direction" || keys[1] != "uid" || keys[2] != "method" {
				t.Errorf("members %v", keys)
			}
		}
	}
	if !names["ZeekHttp"] || !names["DeviceInfo"] {
		t.Error("tables are missing")
	}
}

// TestTableColumns checks that no two columns of a relation differ in case
// only.
func TestTableColumns(t *testing.T) {
	for _, table := range Tables(nil, nil) {
		seen := map[string]bool{}
		for _, c := range TableColumns(&table) {
			if key := strings.ToLower(c.Name); seen[key] {
				t.Errorf("%s has %s twice", table.Name, c.Name)
			} else {
				seen[key] = true
			}
		}
	}
}
