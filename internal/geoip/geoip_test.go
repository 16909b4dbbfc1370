package geoip

import (
	"encoding/binary"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// value is encoded as the format's data section has it.
func encode(b []byte, v any) []byte {
	head := func(kind, size int) {
		first := size
		var more []byte
		if size >= 29 { // up to 284, which is enough here
			first, more = 29, []byte{byte(size - 29)}
		}
		if kind > 7 {
			b = append(b, byte(first), byte(kind-7))
		} else {
			b = append(b, byte(kind<<5|first))
		}
		b = append(b, more...)
	}
	switch v := v.(type) {
	case string:
		head(2, len(v))
		b = append(b, v...)
	case float64:
		head(3, 8)
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
	case uint16:
		head(5, 2)
		b = binary.BigEndian.AppendUint16(b, v)
	case uint32:
		head(6, 4)
		b = binary.BigEndian.AppendUint32(b, v)
	case uint64:
		head(9, 8)
		b = binary.BigEndian.AppendUint64(b, v)
	case []any:
		head(11, len(v))
		for _, x := range v {
			b = encode(b, x)
		}
	case map[string]any:
		head(7, len(v))
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			b = encode(encode(b, k), v[k])
		}
	default:
		panic("no such type in the test's files")
	}
	return b
}

// file makes a database of IPv4 networks, with records of 32 bits.
func file(nets map[string]any) []byte {
	type node [2]int // the next node; -1 for none, -2-offset for data
	tree := []node{{-1, -1}}
	var data []byte
	prefixes := make([]string, 0, len(nets))
	for p := range nets {
		prefixes = append(prefixes, p)
	}
	slices.Sort(prefixes)
	for _, text := range prefixes {
		p := netip.MustParsePrefix(text)
		a := p.Addr().As4()
		at := 0
		for i := range p.Bits() {
			bit := int(a[i/8]>>(7-i%8)) & 1
			if i == p.Bits()-1 {
				tree[at][bit] = -2 - len(data)
				break
			}
			if tree[at][bit] < 0 {
				tree = append(tree, node{-1, -1})
				tree[at][bit] = len(tree) - 1
			}
			at = tree[at][bit]
		}
		data = encode(data, nets[text])
	}
	var out []byte
	for _, n := range tree {
		for _, x := range n {
			switch {
			case x == -1:
				x = len(tree)
			case x < -1:
				x = len(tree) + 16 + (-2 - x)
			}
			out = binary.BigEndian.AppendUint32(out, uint32(x))
		}
	}
	out = append(out, make([]byte, 16)...)
	out = append(append(out, data...), "\xab\xcd\xefMaxMind.com"...)
	return encode(out, map[string]any{
		"binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0), "build_epoch": uint64(1700000000),
		"database_type": "Test-City", "description": map[string]any{"en": "a test"}, "ip_version": uint16(4), "languages": []any{"en"},
		"node_count": uint32(len(tree)), "record_size": uint16(32)})
}

func place(name string) map[string]any {
	return map[string]any{"names": map[string]any{"en": name, "de": name + "-de"}}
}

func sample() []byte {
	return file(map[string]any{
		"192.0.2.0/24": map[string]any{"country": place("Australia"), "subdivisions": []any{place("New South Wales"), place("Inner")},
			"city": place("Sydney"), "location": map[string]any{"latitude": -33.8715, "longitude": 151.2006}},
		"198.51.100.0/25": map[string]any{"country": place(`A "quoted" land`)},
		"203.0.113.7/32":  map[string]any{"country": "not a map"},
	})
}

func TestInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.mmdb")
	if err := os.WriteFile(path, sample(), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if db.Kind != "Test-City" {
		t.Errorf("kind %q", db.Kind)
	}
	for addr, want := range map[string]string{
		"192.0.2.77":        `{"country":"Australia","state":"New South Wales","city":"Sydney","latitude":-33.8715,"longitude":151.2006}`,
		"::ffff:192.0.2.77": `{"country":"Australia","state":"New South Wales","city":"Sydney","latitude":-33.8715,"longitude":151.2006}`,
		"198.51.100.1":      `{"country":"A \"quoted\" land"}`,
		"198.51.100.200":    `{}`,
		"2001:db8::1":       `{}`,
		"fe80::1%eth0":      `{}`,
	} {
		got, err := db.Info(netip.MustParseAddr(addr))
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", addr, got, err, want)
		}
	}
	if got, err := db.Info(netip.MustParseAddr("203.0.113.7")); err == nil || got != "{}" {
		t.Errorf("a record of another form gives %s, %v", got, err)
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error for a file that is not there")
	}
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "no MaxMind database") {
		t.Errorf("error %v", err)
	}
}

// FuzzInfo reads damaged files: errors are fine, panics are not.
func FuzzInfo(f *testing.F) {
	whole := sample()
	f.Add(whole, uint32(0xc000024d))
	f.Add(whole[:len(whole)-9], uint32(0xc000024d))
	for _, at := range []int{3, 100, len(whole) / 2, len(whole) - 60, len(whole) - 20, len(whole) - 5} {
		bad := slices.Clone(whole)
		bad[at] ^= 0xff
		f.Add(bad, uint32(0xc6336401))
	}
	f.Fuzz(func(t *testing.T, data []byte, addr uint32) {
		db, err := New(data)
		if err != nil {
			return
		}
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], addr)
		if s, err := db.Info(netip.AddrFrom4(a)); err == nil && (s == "" || s[0] != '{') {
			t.Fatalf("no object: %q", s)
		}
	})
}
