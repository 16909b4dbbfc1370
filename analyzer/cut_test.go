package analyzer

import (
	"strings"
	"testing"

	"wirehunt/event"
)

func TestCut(t *testing.T) {
	log := event.NewLog("smtp", "", "For the test.")
	text, list, nums := log.StringField("text", "t"), log.VectorField("list", event.String, "l"), log.VectorField("nums", event.Count, "n")
	web := event.NewLog("http", "", "For the test.")
	url := web.StringField("url", "u")
	e := NewEngine(nil, Options{})
	fill := func(size, elem, elems int) {
		e.SetTime(int64(e.seq))
		c := Conn{eng: e}
		r := c.Row(log, 1)
		text.SetString(r, strings.Repeat("x", size))
		l := list.List(r)
		for range elems {
			l.String(strings.Repeat("y", elem))
		}
		l.End()
		l = nums.List(r)
		for i := range elems {
			l.Uint(uint64(i))
		}
		l.End()
	}
	for _, c := range []struct {
		size, elem, elems int
		weirds            string
	}{
		{10, 1, 2, ""}, {4096, 4096, 100, ""}, {4097, 1, 1, "S"}, {1, 5000, 2, "S"}, {1, 1, 101, "C"}, {9000, 9000, 300, "SC"},
	} {
		e.Swap(nil)
		fill(c.size, c.elem, c.elems)
		url.SetString(e.Row(web, 0), strings.Repeat("z", 9000))
		var got string
		for _, b := range e.Batches() {
			switch b.Log {
			case log:
				if n := len(b.Bytes(0, text.Index())); n != min(c.size, maxFieldBytes) {
					t.Errorf("%v: %d bytes", c, n)
				}
				n := 0
				for all := b.Bytes(0, list.Index()); len(all) > 0; n++ {
					var elem []byte
					if elem, _, all = b.Elem(list.Index(), all); len(elem) != min(c.elem, maxFieldBytes) {
						t.Errorf("%v: element of %d bytes", c, len(elem))
					}
				}
				if k := len(b.Bytes(0, nums.Index())) / 8; n != min(c.elems, maxFieldElems) || k != n {
					t.Errorf("%v: %d and %d elements", c, n, k)
				}
			case web:
				if n := len(b.Bytes(0, url.Index())); n != 9000 {
					t.Errorf("%v: http has %d bytes", c, n)
				}
			case WeirdLog:
				for i := range b.Len() {
					if addl := string(b.Bytes(i, WeirdAddl)); addl != "SMTP::LOG" {
						t.Errorf("%v: about %s", c, addl)
					}
					switch string(b.Bytes(i, WeirdName)) {
					case "log_string_field_truncated":
						got += "S"
					case "log_container_field_truncated":
						got += "C"
					}
				}
			}
		}
		if got != c.weirds {
			t.Errorf("%v: weirds %q, want %q", c, got, c.weirds)
		}
	}
}

func TestStream(t *testing.T) {
	for log, want := range map[string]string{"dns": "DNS::LOG", "smb_files": "SMB::FILES_LOG", "kerberos": "KRB::LOG", "conn": "Conn::LOG"} {
		if got := stream(log); got != want {
			t.Errorf("%s: got %s, want %s", log, got, want)
		}
	}
}
