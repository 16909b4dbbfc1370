package funcs

import (
	"net/netip"
	"strconv"
	"strings"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// addresses are the functions on IP addresses.
// https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions
func addresses() []types.Func {
	f := func(name, sigs, doc string, eval func(a []types.Value) any) types.Func {
		return goFn(name, sigs, doc, eval)
	}
	private := example(f("ipv4_is_private", "(ip:string) -> bool", "Whether an IPv4 address is private; null if it is none.", func(a []types.Value) any {
		p, ok := ipv4(text(a[0]))
		if !ok {
			return nil
		}
		for _, r := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} {
			if n := netip.MustParsePrefix(r); n.Contains(p.Addr()) && p.Bits() >= n.Bits() {
				return true
			}
		}
		return false
	}), "ipv4_is_private('192.168.1.1')", "true")
	private.SQL, private.Pred = types.Lower(lowerPrivate), lowerPrivateIs
	return []types.Func{
		private,
		f("parse_ipv4", "(ip:string) -> long", "An IPv4 address as a number.", func(a []types.Value) any {
			p, ok := ipv4(text(a[0]))
			if !ok {
				return nil
			}
			return number4(p.Masked().Addr())
		}),
		f("parse_ipv4_mask", "(ip:string, prefix:long) -> long", "An IPv4 address with a mask as a number.", func(a []types.Value) any {
			p, ok := ipv4(text(a[0]))
			if !ok || num(a[1]) < 0 || num(a[1]) > 32 {
				return nil
			}
			return number4(netip.PrefixFrom(p.Addr(), int(min(num(a[1]), int64(p.Bits())))).Masked().Addr())
		}),
		f("parse_ipv6", "(ip:string) -> string", "An address in the long form of IPv6.", func(a []types.Value) any { return long6(text(a[0]), 128) }),
		f("parse_ipv6_mask", "(ip:string, prefix:long) -> string", "An address with a mask in the long form of IPv6.", func(a []types.Value) any { return long6(text(a[0]), num(a[1])) }),
		f("ipv4_compare", "(ip1:string, ip2:string, prefix?:long) -> long", "-1, 0 or 1 by the order of two IPv4 addresses under their masks.", func(a []types.Value) any { return compareIP(a, ipv4, 32) }),
		f("ipv6_compare", "(ip1:string, ip2:string, prefix?:long) -> long", "-1, 0 or 1 by the order of two addresses under their masks.", func(a []types.Value) any { return compareIP(a, ipv6, 128) }),
		f("ipv4_is_match", "(ip1:string, ip2:string, prefix?:long) -> bool", "Whether two IPv4 addresses are equal under their masks.", func(a []types.Value) any { return isZero(compareIP(a, ipv4, 32)) }),
		f("ipv6_is_match", "(ip1:string, ip2:string, prefix?:long) -> bool", "Whether two addresses are equal under their masks.", func(a []types.Value) any { return isZero(compareIP(a, ipv6, 128)) }),
		f("ipv4_is_in_range", "(ip:string, ip_range:string) -> bool", "Whether an IPv4 address lies in a range.", func(a []types.Value) any { return inRange(text(a[0]), text(a[1]), ipv4) }),
		f("ipv6_is_in_range", "(ip:string, ip_range:string) -> bool", "Whether an address lies in a range.", func(a []types.Value) any { return inRange(text(a[0]), text(a[1]), ipv6) }),
		f("ipv4_is_in_any_range", "(ip:StringOrDynamic, ranges...:string) -> bool|(ip:StringOrDynamic, ranges:DynamicArray) -> bool", "Whether an IPv4 address lies in one of several ranges.", func(a []types.Value) any { return inAnyRange(a, ipv4) }),
		f("ipv6_is_in_any_range", "(ip:StringOrDynamic, ranges...:string) -> bool|(ip:StringOrDynamic, ranges:DynamicArray) -> bool", "Whether an address lies in one of several ranges.", func(a []types.Value) any { return inAnyRange(a, ipv6) }),
		f("ipv4_netmask_suffix", "(ip:string) -> long", "The length of the mask of an IPv4 range.", func(a []types.Value) any {
			p, ok := ipv4(text(a[0]))
			if !ok {
				return nil
			}
			return int64(p.Bits())
		}),
		f("format_ipv4", "(ip:Scalar, prefix?:long) -> string", "An IPv4 address under a mask as text.", func(a []types.Value) any { return format4(a, false) }),
		f("format_ipv4_mask", "(ip:Scalar, prefix?:long) -> string", "An IPv4 address with its mask as text.", func(a []types.Value) any { return format4(a, true) }),
		hasIP("has_ipv4", false), hasIP("has_ipv4_prefix", true), hasAnyIP("has_any_ipv4", false), hasAnyIP("has_any_ipv4_prefix", true),
		f("ipv4_range_to_cidr_list", "(start_ip:string, end_ip:string) -> dynamic", "The CIDR ranges that make up a range.", cidrList),
		geoInfo(),
	}
}

func noted(f types.Func, note string) types.Func { f.Note = note; return f }

// lowerPrivate decides by the text's first letters; the regular expression
// sees only what begins like a private address, or what it must tell from no
// address at all.
func lowerPrivate(g types.Gen, c *types.Call) string {
	x := g.Expr(c.Args[0])
	plain := "regexp_matches(" + x + ", " + g.Text(`^`+octet+`(?:\.`+octet+`){3}$`) + ")"
	return "(CASE WHEN contains(" + x + ", '/') THEN " + g.GoCall(c) + " WHEN " + privatePrefix(x) + " THEN CASE WHEN " + plain + " THEN true END WHEN " + plain + " THEN false END)"
}

// lowerPrivateIs is lowerPrivate where null counts as false: what does not
// begin like a private address is none, whatever it is.
func lowerPrivateIs(g types.Gen, c *types.Call) string {
	x := g.Expr(c.Args[0])
	return "(" + privatePrefix(x) + " AND coalesce(CASE WHEN contains(" + x + ", '/') THEN " + g.GoCall(c) + " ELSE regexp_matches(" + x + ", " + g.Text(`^`+octet+`(?:\.`+octet+`){3}$`) + ") END, false))"
}

// octet matches a number from 0 to 255 without a leading zero.
const octet = `(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`

func privatePrefix(x string) string {
	return "(starts_with(" + x + ", '10.') OR starts_with(" + x + ", '192.168.') OR starts_with(" + x + ", '172.') AND substr(" + x +
		", 5, 3) IN ('16.', '17.', '18.', '19.', '20.', '21.', '22.', '23.', '24.', '25.', '26.', '27.', '28.', '29.', '30.', '31.'))"
}

// ipv4 reads an address with or without a mask.
func ipv4(s string) (netip.Prefix, bool) {
	host, mask, has := strings.Cut(strings.TrimSpace(s), "/")
	a, err := netip.ParseAddr(host)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, false
	}
	n := 32
	if has {
		if n, err = strconv.Atoi(mask); err != nil || n < 0 || n > 32 {
			return netip.Prefix{}, false
		}
	}
	return netip.PrefixFrom(a, n), true
}

// ipv6 reads an address of either kind; IPv4 is mapped into IPv6.
func ipv6(s string) (netip.Prefix, bool) {
	host, mask, has := strings.Cut(strings.TrimSpace(s), "/")
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	n := 128
	if has {
		if n, err = strconv.Atoi(mask); err != nil || n < 0 {
			return netip.Prefix{}, false
		}
		if a.Is4() {
			n += 96 // the mask is of the IPv4 address
		}
	}
	a = netip.AddrFrom16(a.As16())
	if n > 128 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, n), true
}

func number4(a netip.Addr) int64 {
	b := a.As4()
	return int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3])
}

// mask keeps the first bits; netip would unmap a mapped address.
func mask(p netip.Prefix, n int) []byte {
	b := p.Addr().AsSlice()
	for i := range b {
		keep := min(max(n-8*i, 0), 8)
		b[i] &= byte(0xff << (8 - keep))
	}
	return b
}

func long6(s string, prefix int64) any {
	p, ok := ipv6(s)
	if !ok || prefix < 0 || prefix > 128 {
		return ""
	}
	if strings.HasPrefix(s, ":") && strings.Contains(s, ".") && p.Bits() <= 32 {
		// IPv6 that ends in the form of IPv4: its mask is one of IPv4.
		p = netip.PrefixFrom(p.Addr(), p.Bits()+96)
	}
	b := mask(p, min(p.Bits(), int(prefix)))
	var out strings.Builder
	for i := 0; i < 16; i += 2 {
		if i > 0 {
			out.WriteByte(':')
		}
		h := strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), 16)
		out.WriteString(strings.Repeat("0", 4-len(h)) + h)
	}
	return out.String()
}

func compareIP(a []types.Value, parse func(string) (netip.Prefix, bool), width int) any {
	x, ok1 := parse(text(a[0]))
	y, ok2 := parse(text(a[1]))
	if !ok1 || !ok2 {
		return nil
	}
	n := min(x.Bits(), y.Bits())
	if len(a) > 2 {
		if k := int(num(a[2])); k >= 0 && k <= width {
			n = min(n, k)
		} else {
			return nil
		}
	}
	return int64(strings.Compare(string(mask(x, n)), string(mask(y, n))))
}

func isZero(v any) any {
	if v == nil {
		return nil
	}
	return v == int64(0)
}

func inRange(ip, r string, parse func(string) (netip.Prefix, bool)) any {
	x, ok1 := parse(ip)
	y, ok2 := parse(r)
	if !ok1 || !ok2 {
		return nil
	}
	n := min(x.Bits(), y.Bits())
	return string(mask(x, n)) == string(mask(y, n))
}

func inAnyRange(a []types.Value, parse func(string) (netip.Prefix, bool)) any {
	var ranges []string
	for _, v := range a[1:] {
		if v.T == schema.Dynamic {
			for _, x := range arr(v) {
				ranges = append(ranges, dyn.Text(x))
			}
		} else {
			ranges = append(ranges, text(v))
		}
	}
	if _, ok := parse(text(a[0])); !ok {
		return nil
	}
	for _, r := range ranges {
		if inRange(text(a[0]), r, parse) == true {
			return true
		}
	}
	return false
}

func format4(a []types.Value, withMask bool) any {
	var p netip.Prefix
	if n, ok := a[0].V.(int64); ok {
		if n < 0 || n > 1<<32-1 {
			return ""
		}
		p = netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), 32)
	} else if p, ok = ipv4(text(a[0])); !ok {
		return ""
	}
	n := p.Bits()
	if len(a) > 1 {
		k := int(num(a[1]))
		if k < 0 || k > 32 {
			return ""
		}
		n = min(n, k)
	}
	m := netip.PrefixFrom(p.Addr(), n).Masked()
	if withMask {
		return m.String()
	}
	return m.Addr().String()
}

// hasAddress looks for an address, or the start of one, between characters
// that are neither letters nor digits.
func hasAddress(s, ip string, prefix bool) bool {
	if prefix {
		if ip == "" || strings.Trim(ip, "0123456789.") != "" || strings.Count(ip, ".") > 3 {
			return false
		}
		if strings.Count(ip, ".") < 3 && !strings.HasSuffix(ip, ".") {
			return false
		}
	} else if _, ok := ipv4(ip); !ok {
		return false
	}
	for from := 0; ; {
		i := strings.Index(s[from:], ip)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(ip)
		if prefix {
			for end < len(s) && (s[end] == '.' || '0' <= s[end] && s[end] <= '9') {
				end++
			}
			_, ok := ipv4(s[i:end])
			if ok && (i == 0 || !wordByte(s[i-1])) && (end == len(s) || !wordByte(s[end])) {
				return true
			}
		} else if (i == 0 || !wordByte(s[i-1])) && (end == len(s) || !wordByte(s[end])) {
			return true
		}
		from = i + 1
	}
}

func wordByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '.'
}

func hasIP(name string, prefix bool) types.Func {
	return goFn(name, "(source:StringOrDynamic, ip:string) -> bool", "Whether a text holds an IPv4 address.", func(a []types.Value) any {
		return hasAddress(text(a[0]), text(a[1]), prefix)
	})
}

func hasAnyIP(name string, prefix bool) types.Func {
	return goFn(name, "(source:StringOrDynamic, ips...:string) -> bool|(source:StringOrDynamic, ips:DynamicArray) -> bool", "Whether a text holds one of several IPv4 addresses.", func(a []types.Value) any {
		for _, v := range a[1:] {
			list := []any{text(v)}
			if v.T == schema.Dynamic {
				list = arr(v)
			}
			for _, x := range list {
				if hasAddress(text(a[0]), dyn.Text(x), prefix) {
					return true
				}
			}
		}
		return false
	})
}

func cidrList(a []types.Value) any {
	x, ok1 := ipv4(text(a[0]))
	y, ok2 := ipv4(text(a[1]))
	if !ok1 || !ok2 {
		return nil
	}
	from, to := number4(x.Addr()), number4(y.Addr())
	out := []any{}
	for from <= to {
		bits := 32
		for bits > 0 {
			size := int64(1) << (32 - (bits - 1))
			if from%size != 0 || from+size-1 > to {
				break
			}
			bits--
		}
		out = append(out, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(from >> 24), byte(from >> 16), byte(from >> 8), byte(from)}), bits).String())
		from += int64(1) << (32 - bits)
	}
	return dyn.JSON(out)
}

const geoInfoName = "geo_info_from_ip_address"

// geoInfo is answered by the host; what stands here knows no place.
// https://learn.microsoft.com/kusto/query/geo-info-from-ip-address-function
func geoInfo() types.Func {
	f := noted(goFn(geoInfoName, "(ip:string) -> dynamic", "Where an address is: country, state, city, latitude and longitude, as far as a file in MaxMind's format that is given with --geoip knows them.", func(a []types.Value) any {
		if _, ok := ipv6(text(a[0])); !ok {
			return nil
		}
		return "{}"
	}), "geo_info_from_ip_address() has no data here, so its bags are empty: give a file in MaxMind's format with --geoip.")
	f.Hosted = true
	return f
}
