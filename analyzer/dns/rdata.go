package dns

import (
	"encoding/hex"
	"strconv"

	"wirehunt/packet"
)

// rdata appends to dst what Zeek's dns.log shows of a record's data, of n
// bytes.  hooked is false for types that Zeek's script does not look at: they
// count neither as an answer nor for the time of the reply.  owner is the
// record's name.  Weirds that do not end the message are kept in a.odd.
func (a *Analyzer) rdata(r *reader, dst []byte, typ uint16, n int, owner []byte) (_ []byte, hooked bool) {
	start := r.off
	end := start + n
	hooked = true
	switch typ {
	case typeA:
		if n != 4 {
			r.fail("DNS_RR_bad_length")
			return dst, false
		}
		dst = packet.AddrFrom4(r.bytes(4)).AppendTo(dst)
	case typeAAAA, typeA6:
		if n < 16 {
			r.fail("DNS_RR_bad_length")
			return dst, false
		}
		dst = packet.AddrFrom16(r.bytes(16)).AppendTo(dst)
	case typeNS, typeCNAME, typePTR:
		dst = r.name(dst)
		a.mismatch(r, end)
		return dst, true
	case typeSOA:
		dst = r.name(dst)
		a.skipName(r)
		r.bytes(20)
		a.mismatch(r, end)
		return dst, true
	case typeMX:
		r.u16()
		dst = r.name(dst)
		a.mismatch(r, end)
		return dst, true
	case typeSRV:
		if r.netbios {
			hooked = false // a node status, which shares the number
			break
		}
		r.bytes(6)
		dst = r.name(dst)
		a.mismatch(r, end)
		return dst, true
	case typeTXT:
		return appendStrings(r, dst, "TXT ", end), true
	case typeSPF:
		return appendStrings(r, dst, "SPF ", end), true
	case typeNAPTR:
		dst = a.naptr(r, dst, end)
	case typeWKS:
	case typeLOC:
		if n != 16 {
			r.fail("dns_invalid_loc_length")
			return dst, false
		}
		r.u8()
		dst = append(dst, "LOC:  "...)
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
	case typeSVCB, typeHTTPS:
		a.svcb(r, end)
		hooked = false
	case typeHINFO, typeNB, typeOPT, typeTKEY, typeTSIG, typeCAA:
		hooked = false
	case typeDS, typeSSHFP, typeRRSIG, typeNSEC, typeDNSKEY, typeNSEC3, typeNSEC3PARAM, typeBINDS:
		dst = a.dnssec(r, dst, typ, end, owner)
	default:
		dst = append(dst, "<unknown type="...)
		dst = strconv.AppendUint(dst, uint64(typ), 10)
		dst = append(dst, '>')
		a.Weird("DNS_RR_unknown_type", strconv.Itoa(int(typ)))
	}
	if !r.bad {
		r.off = end
	}
	return dst, hooked
}

// dnssec is rdata for the types around DNSSEC, and SSHFP.
func (a *Analyzer) dnssec(r *reader, dst []byte, typ uint16, end int, owner []byte) []byte {
	switch typ {
	case typeRRSIG:
		dst = append(dst, "RRSIG "...)
		dst = strconv.AppendUint(dst, uint64(r.u16()), 10)
		dst = append(dst, ' ')
		r.bytes(16)
		if mark := len(dst); !r.bad {
			if dst = r.name(dst); len(dst) == mark {
				dst = append(dst, "<Root>"...)
			}
		}
	case typeDNSKEY:
		r.bytes(3)
		dst = append(dst, "DNSKEY "...)
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
	case typeDS:
		r.u16()
		dst = append(dst, "DS "...)
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(r.u8()), 10)
	case typeSSHFP:
		r.u16()
		dst = append(dst, "SSHFP: "...)
		dst = hex.AppendEncode(dst, r.bytes(end-r.off))
	case typeNSEC:
		dst = append(dst, "NSEC "...)
		dst = append(dst, owner...)
		dst = append(dst, ' ')
		dst = r.name(dst)
	case typeNSEC3:
		r.bytes(6)
		dst = append(dst, "NSEC3"...)
	case typeNSEC3PARAM:
		r.bytes(5)
		dst = append(dst, "NSEC3PARAM"...)
	case typeBINDS:
		r.bytes(5)
		dst = append(dst, "BIND9 signing signal"...)
	}
	return dst
}

// mismatch notes a record whose name does not end where its data do.  As
// Zeek, it goes on behind the name.
func (a *Analyzer) mismatch(r *reader, end int) {
	if !r.bad && r.off != end {
		a.Weird("DNS_RR_length_mismatch", "")
	}
}

func (a *Analyzer) skipName(r *reader) { a.scratch = r.name(a.scratch[:0]) }

// appendStrings appends the character strings up to end, each as prefix, its
// length and its text.
func appendStrings(r *reader, dst []byte, prefix string, end int) []byte {
	for first := true; r.off < end; first = false {
		n := int(r.u8())
		if n > end-r.off {
			r.fail("DNS_TXT_char_str_past_rdlen")
			return dst
		}
		if !first {
			dst = append(dst, ' ')
		}
		dst = append(dst, prefix...)
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, ' ')
		dst = append(dst, r.bytes(n)...)
	}
	return dst
}

// naptr appends order, preference, flags, service, and the regular
// expression and replacement as far as there are any (RFC 3403).
func (a *Analyzer) naptr(r *reader, dst []byte, end int) []byte {
	str := func() []byte {
		n := int(r.u8())
		if n > end-r.off {
			r.fail("DNS_NAPTR_too_short")
		}
		return r.bytes(n)
	}
	dst = append(dst, "NAPTR "...)
	dst = strconv.AppendUint(dst, uint64(r.u16()), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, uint64(r.u16()), 10)
	for range 3 { // flags, service, regular expression
		dst = append(dst, ' ')
		dst = append(dst, str()...)
	}
	mark := len(dst)
	if !r.bad {
		if dst[mark-1] != ' ' {
			dst = append(dst, ' ')
		}
		before := len(dst)
		if dst = r.name(dst); len(dst) == before {
			dst = dst[:mark]
		}
	}
	return dst
}

// svcb checks the parameters of a service binding (RFC 9460); dns.log shows
// none of them.
func (a *Analyzer) svcb(r *reader, end int) {
	const (
		keyALPN = 1
		keyPort = 3
		minData = 3 // a priority and the root's name
	)
	if end-r.off < minData {
		r.fail("DNS_SVCB_wrong_length")
		return
	}
	r.u16()
	a.skipName(r)
	if r.off > end {
		r.fail("DNS_SVCB_wrong_length")
	}
	for !r.bad && end-r.off >= 4 {
		key, n := r.u16(), int(r.u16())
		if n > end-r.off {
			a.Weird("DNS_SVCB_param_length_invalid", "")
			return
		}
		v := r.bytes(n)
		if key == keyPort && n != 2 {
			a.Weird("DNS_SVCB_port_length_invalid", "")
		}
		if key != keyALPN {
			continue
		}
		for len(v) > 0 {
			l := int(v[0])
			if l == 0 || l > len(v)-1 {
				a.Weird("DNS_SVCB_alpn_length_invalid", "")
				break
			}
			v = v[1+l:]
		}
	}
}
