package funcs

import (
	"regexp"
	"strings"
	"sync"

	"wirehunt/kql/funcs/dyn"
)

// agentRule names what an expression finds; the groups are versions, or with a
// family of "$1" the family and then versions.
type agentRule struct {
	expr, family string
}

// The first rule that fits decides: those that pretend to be others come
// first.
var (
	browserRules = []agentRule{
		{`(Googlebot|bingbot|YandexBot|DuckDuckBot|Applebot|AhrefsBot|SemrushBot|GPTBot)/(\d+)\.(\d+)`, "$1"},
		{`AdobeAIR/(\d+)\.(\d+)\.?(\d+)?`, "AdobeAIR"},
		{`Edg(?:e|A|iOS)?/(\d+)\.(\d+)\.?(\d+)?`, "Edge"},
		{`OPR/(\d+)\.(\d+)\.?(\d+)?`, "Opera"},
		{`Opera(?:/| )(\d+)\.(\d+)`, "Opera"},
		{`(Vivaldi|YaBrowser|SamsungBrowser|UCBrowser|Electron|Brave|HeadlessChrome)/(\d+)\.(\d+)\.?(\d+)?`, "$1"},
		{`FxiOS/(\d+)\.(\d+)`, "Firefox iOS"}, {`CriOS/(\d+)\.(\d+)\.?(\d+)?`, "Chrome Mobile iOS"},
		{`Firefox/(\d+)\.(\d+)\.?(\d+)?`, "Firefox"},
		{`Chrome/(\d+)\.(\d+)\.?(\d+)?.* Mobile`, "Chrome Mobile"}, {`Chromium/(\d+)\.(\d+)\.?(\d+)?`, "Chromium"}, {`Chrome/(\d+)\.(\d+)\.?(\d+)?`, "Chrome"},
		{`Version/(\d+)\.(\d+)\.?(\d+)?.*Mobile.*Safari/`, "Mobile Safari"}, {`Version/(\d+)\.(\d+)\.?(\d+)?.*Safari/`, "Safari"},
		{`MSIE (\d+)\.(\d+)`, "IE"}, {`Trident/.*rv:(\d+)\.(\d+)`, "IE"},
		{`WindowsPowerShell/(\d+)\.(\d+)\.?(\d+)?`, "WindowsPowerShell"}, {`PowerShell/(\d+)\.(\d+)\.?(\d+)?`, "PowerShell"},
		{`python-requests/(\d+)\.(\d+)\.?(\d+)?`, "Python Requests"}, {`Python-urllib/(\d+)\.(\d+)`, "Python-urllib"}, {`Python/(\d+)\.(\d+) aiohttp`, "Python aiohttp"},
		{`(curl|Wget|Go-http-client|okhttp|Java|libwww-perl|axios|node-fetch|PostmanRuntime|Microsoft-CryptoAPI|Windows-Update-Agent|Microsoft BITS|CFNetwork|Apache-HttpClient|sqlmap|nikto|masscan|zgrab|Dalvik)/(\d+)\.?(\d+)?\.?(\d+)?`, "$1"},
	}
	systemRules = []agentRule{
		{`Windows Phone(?: OS)? (\d+)\.(\d+)`, "Windows Phone"},
		{`Windows NT 10\.0`, "Windows/10"}, {`Windows NT 6\.3`, "Windows/8/1"}, {`Windows NT 6\.2`, "Windows/8"}, {`Windows NT 6\.1`, "Windows/7"}, {`Windows NT 6\.0`, "Windows/Vista"}, {`Windows NT 5\.[12]`, "Windows/XP"},
		{`Windows`, "Windows"},
		{`(?:iPhone|iPad|iPod).*OS (\d+)_(\d+)_?(\d+)?`, "iOS"}, {`Mac OS X (\d+)[_.](\d+)[_.]?(\d+)?`, "Mac OS X"}, {`Darwin/`, "Mac OS X"},
		{`Android (\d+)\.?(\d+)?\.?(\d+)?`, "Android"}, {`CrOS [^ ]+ (\d+)\.(\d+)\.?(\d+)?`, "Chrome OS"},
		{`SymbianOS/(\d+)\.(\d+)`, "Symbian OS"}, {`(Ubuntu|Fedora|Debian|FreeBSD|OpenBSD|Red Hat)(?:/(\d+)\.?(\d+)?)?`, "$1"}, {`(?i)linux`, "Linux"},
	}
	deviceRules = []agentRule{
		{`(?i)bot\b|spider|crawler`, "Spider/Spider/Desktop"}, {`iPhone`, "iPhone/Apple/iPhone"}, {`iPad`, "iPad/Apple/iPad"}, {`iPod`, "iPod/Apple/iPod"}, {`Macintosh`, "Mac/Apple/Mac"},
		{`Android [^;)]*; (SM-[A-Z0-9]+)`, "Samsung $1/Samsung/$1"}, {`Android [^;)]*; (Pixel[^;)]*?)(?: Build|[;)])`, "$1/Google/$1"}, {`Android.*Mobile`, "Generic Smartphone/Generic/Smartphone"},
	}
)

// agentExprs are the compiled rules.
var agentExprs = sync.OnceValue(func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, l := range [][]agentRule{browserRules, systemRules, deviceRules} {
		for _, r := range l {
			m[r.expr] = regexp.MustCompile(r.expr)
		}
	}
	return m
})

// firstRule returns the family and what the groups found.
func firstRule(rules []agentRule, s string) (family string, groups []string) {
	for _, r := range rules {
		m := agentExprs()[r.expr].FindStringSubmatch(s)
		if m == nil {
			continue
		}
		if r.family == "$1" {
			return m[1], m[2:]
		}
		if len(m) > 1 {
			return strings.ReplaceAll(r.family, "$1", m[1]), m[1:]
		}
		return r.family, nil
	}
	return "Other", nil
}

// maxAgent bounds the text that the expressions see.
const maxAgent = 4096

// userAgent reads what want asks for: browser, os, device.
func userAgent(s string, want []any) *dyn.Bag {
	s = s[:min(len(s), maxAgent)]
	out := dyn.NewBag()
	versions := func(family string, groups []string, names ...string) *dyn.Bag {
		b := pairs("Family", family)
		for i, n := range names {
			v := ""
			if i < len(groups) {
				v = groups[i]
			}
			b.Set(n, v)
		}
		return b
	}
	for _, w := range want {
		switch strings.ToLower(dyn.Text(w)) {
		case "browser":
			f, g := firstRule(browserRules, s)
			out.Set("Browser", versions(f, g, "MajorVersion", "MinorVersion", "Patch"))
		case "os":
			f, g := firstRule(systemRules, s)
			if name, v, ok := strings.Cut(f, "/"); ok {
				f, g = name, strings.Split(v, "/")
			}
			out.Set("OperatingSystem", versions(f, g, "MajorVersion", "MinorVersion", "Patch", "PatchMinor"))
		case "device":
			f, _ := firstRule(deviceRules, s)
			p := append(strings.Split(f, "/"), "", "")
			out.Set("Device", pairs("Family", p[0], "Brand", p[1], "Model", p[2]))
		}
	}
	return out
}
