package funcs

import (
	"testing"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

func TestParseXML(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<?xml version="1.0" encoding="utf-8"?><a/>`, `{"?xml":{"@version":"1.0","@encoding":"utf-8"},"a":null}`},
		{`<e:a x='1'>t<b>1</b><b>2</b><c><![CDATA[<z>]]></c></e:a>`, `{"e:a":{"@x":"1","b":["1","2"],"c":"<z>","#text":"t"}}`},
		{`<DataItem time="5"> <EventData><Data Name="k">v</Data></EventData> </DataItem>`, `{"DataItem":{"@time":"5","EventData":{"Data":{"@Name":"k","#text":"v"}}}}`},
	} {
		v, ok := parseXML(c.in)
		if got := dyn.JSON(v); !ok || got != c.want {
			t.Errorf("%s: got %v %v, want %s", c.in, got, ok, c.want)
		}
	}
	for _, bad := range []string{"", "x", "<a>", "<a></b>", "</a>", "<a/>x", "<a"} {
		if v, ok := parseXML(bad); ok {
			t.Errorf("%s: got %v", bad, v)
		}
	}
}

func TestUserAgent(t *testing.T) {
	const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36"
	for _, c := range []struct{ in, want string }{
		{chrome, `{"Browser":{"Family":"Chrome","MajorVersion":"120","MinorVersion":"0","Patch":"6099"},"OperatingSystem":{"Family":"Windows","MajorVersion":"10","MinorVersion":"","Patch":"","PatchMinor":""},"Device":{"Family":"Other","Brand":"","Model":""}}`},
		{chrome + " Edg/120.0.2210.61", `{"Browser":{"Family":"Edge","MajorVersion":"120","MinorVersion":"0","Patch":"2210"},"OperatingSystem":{"Family":"Windows","MajorVersion":"10","MinorVersion":"","Patch":"","PatchMinor":""},"Device":{"Family":"Other","Brand":"","Model":""}}`},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1.2 Mobile/15E148 Safari/604.1", `{"Browser":{"Family":"Mobile Safari","MajorVersion":"17","MinorVersion":"1","Patch":"2"},"OperatingSystem":{"Family":"iOS","MajorVersion":"17","MinorVersion":"1","Patch":"2","PatchMinor":""},"Device":{"Family":"iPhone","Brand":"Apple","Model":"iPhone"}}`},
		{"", `{"Browser":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":""},"OperatingSystem":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":"","PatchMinor":""},"Device":{"Family":"Other","Brand":"","Model":""}}`},
	} {
		if got := dyn.JSON(userAgent(c.in, []any{"browser", "os", "device"})); got != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.in, got, c.want)
		}
	}
}

func TestVersionDigits(t *testing.T) {
	for _, c := range []struct {
		in   string
		want any
	}{{"1", "1000000000000000000000000"}, {"0.2", "20000000000000000"}, {"1.2.3.4", "1000000020000000300000004"}, {"0.0", "0"}, {"1.x", nil}, {"", nil}, {"1.2.3.4.5", nil}} {
		if got := versionDigits(c.in); got != c.want {
			t.Errorf("%q: got %v, want %v", c.in, got, c.want)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	for _, s := range []string{`<a b="c">d<e/></a>`, "bcher-kva", "ls8h=", "1.2.3", "Mozilla/5.0 (X11; Linux) Firefox/1.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := parseXML(s); ok {
			dyn.JSON(v)
		}
		if d, ok := punyDecode(s); ok && len(d) > 0 {
			punyEncode(d)
		}
		versionDigits(s)
		dyn.JSON(userAgent(s, []any{"browser", "os", "device"}))
		for _, name := range []string{"series_fit_line", "series_decompose", "series_fft", "series_outliers", "dcount_hll", "tdigest_merge", "series_fill_linear"} {
			types.Eval(All().Scalar(name), schema.Dynamic, []types.Value{{T: schema.Dynamic, V: s}})
		}
	})
}
