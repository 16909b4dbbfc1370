package duckdb

import (
	"database/sql/driver"
	"math/bits"
	"net/netip"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/schema"
	"wirehunt/zeeklog"
)

// logAppender stores rows of one log.
type logAppender struct {
	app      *duckdb.Appender
	args     []driver.Value
	importID int32
	buf      []byte // text made for the row; the appender copies it
}

func (a *logAppender) append(b *event.Batch, n int, devices *defender.Devices) error {
	clear(a.args)
	a.buf = a.buf[:0]
	for m := b.Mask(n); m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		a.args[i] = a.value(b, n, i)
	}
	// A weird record of a packet outside any connection has no addresses.
	if b.Log.HasConn && b.IsSet(n, event.FieldOrigH) && b.IsSet(n, event.FieldRespH) {
		orig, resp := [16]byte(b.Bytes(n, event.FieldOrigH)), [16]byte(b.Bytes(n, event.FieldRespH))
		origID, respID, origType, respType := devices.Sides(orig, resp)
		k := len(b.Log.Fields)
		if origID != "" {
			a.args[k] = origID
		}
		if respID != "" {
			a.args[k+1] = respID
		}
		a.args[k+2], a.args[k+3] = origType, respType
	}
	a.args[len(a.args)-1] = a.importID
	return a.app.AppendRow(a.args...)
}

// value returns field i of row n in its physical form.
func (a *logAppender) value(b *event.Batch, n, i int) driver.Value {
	f := &b.Log.Fields[i]
	if f.Multi != event.Single {
		return a.keep(zeeklog.AppendJSONField(a.buf, b, n, i))
	}
	switch f.Kind {
	case event.Time:
		return b.Int(n, i)/100 + schema.UnixEpochTicks
	case event.Interval:
		return float64(b.Int(n, i)) / 1e9
	case event.Count:
		// Kusto's long has no larger number.
		return int64(min(b.Uint(n, i), 1<<63-1))
	case event.Int:
		return b.Int(n, i)
	case event.Double:
		return b.Float(n, i)
	case event.Bool:
		return b.Uint(n, i) != 0
	case event.Port:
		return int32(b.Uint(n, i))
	case event.Addr:
		addr := netip.AddrFrom16([16]byte(b.Bytes(n, i))).Unmap()
		return a.keep(addr.AppendTo(a.buf))
	}
	s := b.Bytes(n, i)
	if utf8.Valid(s) {
		return s
	}
	return a.keep(zeeklog.AppendText(a.buf, s))
}

// keep returns what was appended to a.buf, which stays until the next row.
func (a *logAppender) keep(grown []byte) []byte {
	s := grown[len(a.buf):len(grown):len(grown)]
	a.buf = grown
	return s
}
