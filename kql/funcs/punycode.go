package funcs

import (
	"math"
	"strings"
	"unicode/utf8"

	"wirehunt/kql/types"
)

// punycodes are the functions on the ASCII form of international names.
// https://learn.microsoft.com/kusto/query/punycode-from-string-function
func punycodes() []types.Func {
	one := func(name, doc string, f func(string) string) types.Func {
		return goFn(name, "(string:string) -> string", doc, func(a []types.Value) any { return f(text(a[0])) })
	}
	return []types.Func{
		example(one("punycode_from_string", "The text in Punycode.", punyEncode), "punycode_from_string('bücher')", "bcher-kva"),
		example(one("punycode_to_string", "The text that Punycode stands for; empty if it is none.", func(s string) string { t, _ := punyDecode(s); return t }), "punycode_to_string('bcher-kva')", "bücher"),
		example(one("punycode_domain_to_string", "A domain's name in its ASCII form.", func(s string) string {
			labels := strings.FieldsFunc(s, isDot)
			for i, l := range labels {
				if strings.IndexFunc(l, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
					labels[i] = "xn--" + punyEncode(l)
				}
			}
			return strings.Join(labels, ".")
		}), "punycode_domain_to_string('bücher.example')", "xn--bcher-kva.example"),
		example(one("punycode_domain_from_string", "A domain's name out of its ASCII form; empty if that is malformed.", func(s string) string {
			labels := strings.Split(s, ".")
			for i, l := range labels {
				if code, ok := strings.CutPrefix(l, "xn--"); ok {
					t, ok := punyDecode(code)
					if !ok {
						return ""
					}
					labels[i] = t
				}
			}
			return strings.Join(labels, ".")
		}), "punycode_domain_from_string('xn--bcher-kva.example')", "bücher.example"),
	}
}

// isDot reports whether r separates labels (RFC 3490, 3.1).
func isDot(r rune) bool { return r == '.' || r == 0x3002 || r == 0xff0e || r == 0xff61 }

// The parameters of RFC 3492, 5.
const (
	punyBase, punyTMin, punyTMax, punySkew, punyDamp = 36, 1, 26, 38, 700
	punyBias, punyN                                  = 72, 128
)

func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyTMin)*punyTMax/2; k += punyBase {
		delta /= punyBase - punyTMin
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}

// punyEncode is RFC 3492, 6.3.
func punyEncode(s string) string {
	runes := []rune(s)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 && basic < len(runes) {
		out = append(out, '-')
	}
	n, delta, bias := rune(punyN), 0, punyBias
	for done := basic; done < len(runes); {
		next := rune(utf8.MaxRune + 1)
		for _, r := range runes {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (done + 1)
		if n = next; delta > math.MaxInt32 {
			return ""
		}
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := punyBase; ; k += punyBase {
				t := min(max(k-bias, punyTMin), punyTMax)
				if q < t {
					break
				}
				out = append(out, punyDigit(t+(q-t)%(punyBase-t)))
				q = (q - t) / (punyBase - t)
			}
			out = append(out, punyDigit(q))
			bias = punyAdapt(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
		n++
	}
	return string(out)
}

func punyDigit(d int) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}

// maxPuny bounds the text to decode: inserting is quadratic.
const maxPuny = 1 << 14

// punyDecode is RFC 3492, 6.2.
func punyDecode(s string) (string, bool) {
	if len(s) > maxPuny {
		return "", false
	}
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		out, s = []rune(s[:i]), s[i+1:]
	}
	for _, r := range out {
		if r >= utf8.RuneSelf {
			return "", false
		}
	}
	n, i, bias := punyN, 0, punyBias
	for s != "" {
		old, w := i, 1
		for k := punyBase; ; k += punyBase {
			if s == "" {
				return "", false
			}
			d := 0
			switch c := s[0] | 0x20; {
			case c >= 'a' && c <= 'z':
				d = int(c - 'a')
			case s[0] >= '0' && s[0] <= '9':
				d = int(s[0]-'0') + 26
			default:
				return "", false
			}
			s = s[1:]
			if i += d * w; i > math.MaxInt32 {
				return "", false
			}
			t := min(max(k-bias, punyTMin), punyTMax)
			if d < t {
				break
			}
			if w *= punyBase - t; w > math.MaxInt32 {
				return "", false
			}
		}
		bias = punyAdapt(i-old, len(out)+1, old == 0)
		n += i / (len(out) + 1)
		i %= len(out) + 1
		if n > utf8.MaxRune {
			return "", false
		}
		out = append(out[:i], append([]rune{rune(n)}, out[i:]...)...)
		i++
	}
	return string(out), true
}
