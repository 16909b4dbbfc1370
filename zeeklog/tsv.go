package zeeklog

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"wirehunt/event"
)

func float64frombits(v uint64) float64 { return math.Float64frombits(v) }

const (
	unsetField = "-"
	emptyField = "(empty)"
	timeLayout = "2006-01-02-15-04-05"
)

// tsvFormat writes rows of one log tab-separated.
type tsvFormat struct {
	log  *event.Log
	mask uint64
}

// appendHeader appends the header lines of Zeek's ASCII writer.
func (f *tsvFormat) appendHeader(dst []byte, open time.Time) []byte {
	dst = append(dst, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t"...)
	dst = append(dst, f.log.Name...)
	dst = append(dst, "\n#open\t"...)
	dst = open.AppendFormat(dst, timeLayout)
	dst = append(dst, "\n#fields"...)
	for i := range f.log.Fields {
		if f.mask>>i&1 != 0 {
			dst = append(append(dst, '\t'), f.log.Fields[i].Name...)
		}
	}
	dst = append(dst, "\n#types"...)
	for i := range f.log.Fields {
		if f.mask>>i&1 != 0 {
			dst = append(append(dst, '\t'), typeName(&f.log.Fields[i])...)
		}
	}
	return append(dst, '\n')
}

func (f *tsvFormat) appendRow(dst []byte, b *event.Batch, n int) []byte {
	for i := range f.log.Fields {
		if f.mask>>i&1 == 0 {
			continue
		}
		if b.IsSet(n, i) {
			dst = appendTSVField(dst, b, n, i)
		} else {
			dst = append(dst, unsetField...)
		}
		dst = append(dst, '\t')
	}
	dst[len(dst)-1] = '\n'
	return dst
}

func appendTSVField(dst []byte, b *event.Batch, n, i int) []byte {
	f := &b.Log.Fields[i]
	if f.Multi == event.Single {
		switch f.Kind {
		case event.String, event.Enum:
			return appendTSVString(dst, b.Bytes(n, i), false)
		case event.Addr:
			return appendAddr(dst, b.Bytes(n, i))
		}
		return appendTSVCell(dst, f.Kind, b.Uint(n, i))
	}
	list := b.Bytes(n, i)
	if len(list) == 0 {
		return append(dst, emptyField...)
	}
	for len(list) > 0 {
		var s []byte
		var v uint64
		s, v, list = b.Elem(i, list)
		switch f.Kind {
		case event.String, event.Enum:
			dst = appendTSVString(dst, s, true)
		case event.Addr:
			dst = appendAddr(dst, s)
		default:
			dst = appendTSVCell(dst, f.Kind, v)
		}
		if len(list) > 0 {
			dst = append(dst, ',')
		}
	}
	return dst
}

func appendTSVCell(dst []byte, k event.Kind, v uint64) []byte {
	switch k {
	case event.Time, event.Interval:
		return appendSeconds(dst, int64(v), false)
	case event.Bool:
		if v != 0 {
			return append(dst, 'T')
		}
		return append(dst, 'F')
	case event.Double:
		return strconv.AppendFloat(dst, float64frombits(v), 'g', 15, 64)
	case event.Int:
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return strconv.AppendUint(dst, v, 10)
}

// appendTSVString escapes what would be read as something else: separators,
// control characters, bytes that are not UTF-8, and the texts that stand for
// unset and empty.
func appendTSVString(dst, s []byte, inSet bool) []byte {
	if len(s) == 0 {
		if inSet {
			return dst
		}
		return append(dst, emptyField...)
	}
	if string(s) == unsetField || string(s) == emptyField {
		dst = appendHexEscape(dst, s[0])
		s = s[1:]
	}
	for len(s) > 0 {
		c := s[0]
		switch {
		case c < 0x20 || c == 0x7f || c == ',' && inSet:
			dst = appendHexEscape(dst, c)
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			_, n := utf8.DecodeRune(s)
			if n == 1 {
				dst = appendHexEscape(dst, c)
				break
			}
			dst = append(dst, s[:n]...)
			s = s[n:]
			continue
		}
		s = s[1:]
	}
	return dst
}
