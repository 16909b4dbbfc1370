package duckdb

import (
	"database/sql/driver"
	"math/bits"
	"net/netip"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/packet"
	"wirehunt/schema"
	"wirehunt/zeeklog"
)

// flushRows is after how many rows an appender gives them to the database,
// which by itself it does after 204,800: much memory where rows are wide.
const flushRows = 1 << 14

// logAppender stores rows of one log.
type logAppender struct {
	app      *duckdb.Appender
	args     []driver.Value
	importID int32
	rows     int
	buf      []byte // text made for the row; the appender copies it
}

func (a *logAppender) append(b *event.Batch, n int, devices *defender.Devices) error {
	clear(a.args)
	a.buf = a.buf[:0]
	for m := b.Mask(n); m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		a.args[i] = a.value(b, n, i)
	}
	if orig, resp, ok := a.sides(b, n); ok {
		origID, respID, origType, respType := devices.Sides(orig, resp)
		k := len(b.Log.Fields)
		if !b.Log.HasConn {
			a.args[k], a.args[k+1] = a.address(orig), a.address(resp)
			k += 2
		}
		if origID != "" {
			a.args[k] = origID
		}
		if respID != "" {
			a.args[k+1] = respID
		}
		a.args[k+2], a.args[k+3] = origType, respType
	}
	a.args[len(a.args)-1] = a.importID
	if err := a.app.AppendRow(a.args...); err != nil {
		return err
	}
	if a.rows++; a.rows%flushRows == 0 {
		return a.app.Flush()
	}
	return nil
}

// sides returns the addresses of originator and responder.  A weird record of
// a packet outside any connection has none.
func (a *logAppender) sides(b *event.Batch, n int) (orig, resp [16]byte, ok bool) {
	if b.Log.HasConn {
		if !b.IsSet(n, event.FieldOrigH) || !b.IsSet(n, event.FieldRespH) {
			return orig, resp, false
		}
		return [16]byte(b.Bytes(n, event.FieldOrigH)), [16]byte(b.Bytes(n, event.FieldRespH)), true
	}
	if !b.Log.HasSides() {
		return orig, resp, false
	}
	first := func(fields []string) [16]byte {
		for _, name := range fields {
			if i := b.Log.FieldIndex(name); b.IsSet(n, i) {
				return [16]byte(b.Bytes(n, i))
			}
		}
		return packet.AddrFrom4([]byte{0, 0, 0, 0})
	}
	return first(b.Log.OrigFields), first(b.Log.RespFields), true
}

func (a *logAppender) address(addr [16]byte) []byte {
	return a.keep(netip.AddrFrom16(addr).Unmap().AppendTo(a.buf))
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
		return a.address([16]byte(b.Bytes(n, i)))
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
