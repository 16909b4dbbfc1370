package x509

import (
	"bytes"

	"wirehunt/analyzer/wire/asn1"
)

// MatchesHost reports whether the certificate is for the host name, by the
// rules of OpenSSL's X509_check_host: the alternative DNS names where there
// are any, else the subject's common names; case does not matter; a star may
// stand for a whole label or one end of it, in the first label only, with
// two labels behind it.
func (c *Certificate) MatchesHost(host []byte) bool {
	if len(host) == 0 {
		return false
	}
	if len(c.DNS) > 0 {
		for _, n := range c.DNS {
			if matches(n, host) {
				return true
			}
		}
		return false
	}
	r := asn1.NewReader(c.subject)
	rdns := r.Enter(asn1.Sequence)
	var text [256]byte
	for !rdns.Empty() {
		set := rdns.Enter(asn1.Set)
		for !set.Empty() {
			typ, v, ok := attribute(set.Next().Raw)
			if ok && string(typ) == oidCommonName && len(v.Body) <= 512 &&
				matches(asn1.AppendText(text[:0], v.ID, v.Body), host) {
				return true
			}
		}
	}
	return false
}

func matches(pattern, host []byte) bool {
	star := bytes.IndexByte(pattern, '*')
	if star < 0 || !validStar(pattern, star) {
		return bytes.EqualFold(pattern, host)
	}
	prefix, suffix := pattern[:star], pattern[star+1:]
	if len(host) < len(prefix)+len(suffix) {
		return false
	}
	wild := host[len(prefix) : len(host)-len(suffix)]
	if !bytes.EqualFold(host[:len(prefix)], prefix) || !bytes.EqualFold(host[len(host)-len(suffix):], suffix) {
		return false
	}
	if len(prefix) == 0 && suffix[0] == '.' {
		if len(wild) == 0 {
			return false
		}
	} else if len(host) >= 4 && len(wild) >= 4 && bytes.EqualFold(wild[:4], []byte("xn--")) {
		return false
	}
	if len(wild) == 1 && wild[0] == '*' {
		return true
	}
	for _, ch := range wild {
		if !isLDH(ch) {
			return false
		}
	}
	return true
}

// validStar reports whether the star at i is one that may stand for
// something: in the first label, at its start or end, the only one, before
// two more labels of letters, digits and inner hyphens.
func validStar(p []byte, i int) bool {
	dot := bytes.IndexByte(p, '.')
	if dot < 0 || i > dot || i != 0 && i != dot-1 ||
		len(p) >= 4 && bytes.EqualFold(p[:4], []byte("xn--")) {
		return false
	}
	labels := 0
	for rest := p; ; labels++ {
		label, after, more := bytes.Cut(rest, []byte("."))
		if len(label) == 0 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for j, ch := range label {
			if !isLDH(ch) && !(labels == 0 && j == i) {
				return false
			}
		}
		if !more {
			return labels >= 2
		}
		rest = after
	}
}

func isLDH(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-'
}
