package funcs

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/adler32"
	"hash/crc32"
	"io"
	"strings"
	"time"
	_ "time/tzdata" // the zones, also where the system has none

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// extras are compression, hashes of several values, time zones and around.
func extras() []types.Func {
	zone := func(name, doc string, f func(t time.Time, z *time.Location) time.Time) types.Func {
		return goFn(name, "(from:datetime, timezone:string) -> datetime", doc, func(a []types.Value) any {
			n := text(a[1])
			z, err := time.LoadLocation(n)
			if err != nil || n == "" || n == "Local" {
				return nil
			}
			t := num(a[0])
			// The calendar works on whole seconds; the rest stays.
			return types.TicksOf(f(types.TimeOf(t), z)) - types.TicksOf(types.TimeOf(t)) + t
		})
	}
	clock := func(t time.Time, z *time.Location) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z)
	}
	return []types.Func{
		goFn("gzip_compress_to_base64_string", "(string:string) -> string", "The text compressed with gzip, in base64.", func(a []types.Value) any {
			s := text(a[0])
			var b bytes.Buffer
			out := packed(&b, gzip.NewWriter(&b), s)
			// What does not get smaller is stored as it is, in one block.
			if n := len(s); b.Len() >= n+23 && n < 1<<16 {
				raw := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1}, byte(n), byte(n>>8), byte(^n), byte(^n>>8))
				raw = binary.LittleEndian.AppendUint32(append(raw, s...), crc32.ChecksumIEEE([]byte(s)))
				return base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint32(raw, uint32(n)))
			}
			return out
		}),
		goFn("zlib_compress_to_base64_string", "(string:string) -> string", "The text compressed with zlib, in base64.", func(a []types.Value) any {
			s := text(a[0])
			var b bytes.Buffer
			w, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
			if err != nil {
				return ""
			}
			out := packed(&b, w, s)
			// What does not get smaller is stored as it is, in one block.
			if n := len(s); b.Len() >= n+11 && n < 1<<16 {
				raw := append([]byte{0x78, 0x01, 1}, byte(n), byte(n>>8), byte(^n), byte(^n>>8))
				raw = binary.BigEndian.AppendUint32(append(raw, s...), adler32.Checksum([]byte(s)))
				return base64.StdEncoding.EncodeToString(raw)
			}
			return out
		}),
		goFn("base64_encode_fromguid", "(guid:guid) -> string", "A guid's bytes in base64.", func(a []types.Value) any {
			b, err := hex.DecodeString(strings.ReplaceAll(text(a[0]), "-", ""))
			if err != nil || len(b) != 16 {
				return ""
			}
			b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
			return base64.StdEncoding.EncodeToString(b)
		}),
		lenient(goFn("hash_many", "(source...:NotDynamic) -> long", "A hash of several values.  Not the number that Kusto gives.", hashMany)),
		lenient(goFn("hash_combine", "(source...:Scalar) -> long", "Hashes combined in one.  Not the number that Kusto gives.", hashMany)),
		// The binder makes bin() or bin_at() of it.
		named(sqlFn("bin_auto", "(value:Summable) -> Parameter0", "bin() with the size that the statement set query_bin_auto_size = 1h; gives.", "$1", func(a []types.Value) any { return a[0].V }), types.NameFirstArg, ""),
		example(lenient(goFn("estimate_data_size", "(column...:Scalar) -> long", "About how many bytes the values take; * stands for all columns.", dataSize)), "estimate_data_size('1234567890', 7)", "18"),
		example(zone("datetime_utc_to_local", "A datetime on the clocks of a time zone.", func(t time.Time, z *time.Location) time.Time {
			_, off := t.In(z).Zone()
			return t.Add(time.Duration(off) * time.Second)
		}), "datetime_utc_to_local(datetime(2024-07-01 12:00), 'Europe/Berlin')", "2024-07-01T14:00:00.0000000Z"),
		example(zone("datetime_local_to_utc", "The datetime at which the clocks of a time zone show another.", clock), "datetime_local_to_utc(datetime(2024-01-01 12:00), 'Europe/Berlin')", "2024-01-01T11:00:00.0000000Z"),
		example(sqlFn("around", "(value:Scalar, center:Scalar, delta:Scalar) -> bool", "Whether a value lies within a distance.", "($1 BETWEEN $2 - $3 AND $2 + $3)", func(a []types.Value) any {
			x, ok1 := a[0].V.(int64)
			c, ok2 := a[1].V.(int64)
			d, ok3 := a[2].V.(int64)
			if ok1 && ok2 && ok3 {
				return x >= c-d && x <= c+d
			}
			return flt(a[0]) >= flt(a[1])-flt(a[2]) && flt(a[0]) <= flt(a[1])+flt(a[2])
		}), "around(5, 4, 1)", "true"),
	}
}

// packed closes w, which writes to b, over the text.
func packed(b *bytes.Buffer, w io.WriteCloser, s string) string {
	if _, err := io.WriteString(w, s); err != nil {
		return ""
	}
	if err := w.Close(); err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// hashMany hashes the hashes of the values.
func hashMany(a []types.Value) any {
	var b []byte
	for _, v := range a {
		h, _ := evalHash([]types.Value{v}).(int64)
		if v.T == schema.Long {
			h = num(v)
		}
		b = binary.LittleEndian.AppendUint64(b, uint64(h))
	}
	return int64(xxHash64(b))
}

// dataSize counts what values of fixed size take, and the bytes of texts.
// https://learn.microsoft.com/kusto/query/estimate-data-size-function
func dataSize(a []types.Value) any {
	n := 0
	for _, v := range a {
		s, isText := v.V.(string)
		switch v.T {
		case schema.Bool:
			n++
		case schema.Int:
			n += 4
		case schema.Guid, schema.Decimal:
			n += 16
		default:
			if isText || v.T == schema.String || v.T == schema.Dynamic {
				n += len(s)
			} else {
				n += 8
			}
		}
	}
	return int64(n)
}
