package ntp

import (
	"encoding/binary"
	"testing"

	"wirehunt/analyzer"
)

// TestPlausible has a real message of each kind, and changes of it that no
// NTP speaker would send.
func TestPlausible(t *testing.T) {
	const now = int64(1_700_000_000e9)
	good := make([]byte, 48)
	good[0] = 4<<3 | modeServer
	good[1], good[2], good[3] = 2, 6, 0xe8
	for _, at := range []int{16, 32, 40} {
		binary.BigEndian.PutUint32(good[at:], uint32(now/1e9+epoch))
	}
	f := func(want bool, dir analyzer.Dir, change func(b []byte)) {
		t.Helper()
		b := append([]byte(nil), good...)
		change(b)
		if got := plausible(dir, b, now); got != want {
			t.Errorf("%x: plausible %v, want %v", b, got, want)
		}
	}
	f(true, analyzer.Resp, func([]byte) {})
	f(true, analyzer.Orig, func([]byte) {})
	f(true, analyzer.Orig, func(b []byte) { clear(b[1:]); b[0] = 4<<3 | modeClient })
	f(true, analyzer.Orig, func(b []byte) { b[0] = 4<<3 | modeClient; b[3] = 32; copy(b[32:], "any") })
	f(false, analyzer.Resp, func(b []byte) { b[0] = 4<<3 | modeClient })
	f(false, analyzer.Resp, func(b []byte) { b[1] = 17 })
	f(false, analyzer.Resp, func(b []byte) { b[2] = 0x81 })
	f(false, analyzer.Resp, func(b []byte) { b[3] = 0x40 })
	f(false, analyzer.Resp, func(b []byte) { copy(b[16:], "\x03com\x00\x00") })
	f(false, analyzer.Resp, func(b []byte) { copy(b[32:], "example") })
}

// TestPlausibleEra has the same message before and after the seconds turn
// over in 2036.
func TestPlausibleEra(t *testing.T) {
	const y2037 = int64(2_114_380_800)
	var b [8]byte
	binary.BigEndian.PutUint32(b[:], uint32(y2037+epoch-1<<32))
	if !plausibleTime(b[:], y2037*1e9) || plausibleTime(b[:], 1_400_000_000e9) {
		t.Errorf("%x is not of 2037 only", b)
	}
}

func TestPlausibleControl(t *testing.T) {
	f := func(want bool, dir analyzer.Dir, text string) {
		t.Helper()
		b := []byte(text)
		kind := plausibleControl
		if b[0]&7 == modePrivate {
			kind = plausiblePrivate
		}
		if got := kind(dir, b); got != want {
			t.Errorf("%x: plausible %v, want %v", b, got, want)
		}
	}
	f(true, analyzer.Orig, "\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	f(true, analyzer.Resp, "\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00\x00\x04a=1\n")
	f(false, analyzer.Orig, "\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00\x00\x00")
	f(false, analyzer.Orig, "\x16\x02\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00")
	f(false, analyzer.Orig, "\x16\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	f(false, analyzer.Orig, "\x16\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04")
	f(true, analyzer.Orig, "\x17\x00\x03\x2a\x00\x00\x00\x00")
	f(false, analyzer.Orig, "\x97\x00\x03\x2a\x00\x00\x00\x00")
	f(false, analyzer.Orig, "\x17\x00\x01\x00\x00\x00\x00\x00")
	f(false, analyzer.Resp, "\x97\x00\x03\x2a\x00\x00\x10\x00")
}
