package duckdb

import (
	"math/bits"
	"net/netip"

	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/packet"
	"wirehunt/schema"
	"wirehunt/zeeklog"
)

// logAppender stores rows of one log.
type logAppender struct {
	*appender
	importID int32
	buf      []byte // text made for a value; the appender copies it
}

func (a *logAppender) append(b *event.Batch, n int, devices *defender.Devices) error {
	for m := b.Mask(n); m != 0; m &= m - 1 {
		a.value(b, n, bits.TrailingZeros64(m))
	}
	if orig, resp, ok := a.sides(b, n); ok {
		origID, respID, origType, respType := devices.Sides(orig, resp)
		k := len(b.Log.Fields)
		if !b.Log.HasConn {
			a.setAddr(k, orig)
			a.setAddr(k+1, resp)
			k += 2
		}
		if origID != "" {
			a.setString(k, origID)
		}
		if respID != "" {
			a.setString(k+1, respID)
		}
		a.setString(k+2, origType)
		a.setString(k+3, respType)
	}
	a.setInt32(len(a.cols)-1, a.importID)
	return a.endRow()
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

func (a *logAppender) setAddr(i int, addr [16]byte) {
	a.buf = netip.AddrFrom16(addr).Unmap().AppendTo(a.buf[:0])
	a.setText(i, a.buf)
}

// value stores field i of row n in its physical form.
func (a *logAppender) value(b *event.Batch, n, i int) {
	f := &b.Log.Fields[i]
	if f.Multi != event.Single {
		a.buf = zeeklog.AppendJSONField(a.buf[:0], b, n, i)
		a.setText(i, a.buf)
		return
	}
	switch f.Kind {
	case event.Time:
		a.setInt64(i, b.Int(n, i)/100+schema.UnixEpochTicks)
	case event.Interval:
		a.setFloat(i, float64(b.Int(n, i))/1e9)
	case event.Count:
		// Kusto's long has no larger number.
		a.setInt64(i, int64(min(b.Uint(n, i), 1<<63-1)))
	case event.Int:
		a.setInt64(i, b.Int(n, i))
	case event.Double:
		a.setFloat(i, b.Float(n, i))
	case event.Bool:
		a.setBool(i, b.Uint(n, i) != 0)
	case event.Port:
		a.setInt32(i, int32(b.Uint(n, i)))
	case event.Addr:
		a.setAddr(i, [16]byte(b.Bytes(n, i)))
	default:
		a.setText(i, b.Bytes(n, i))
	}
}
