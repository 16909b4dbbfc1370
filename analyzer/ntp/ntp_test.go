package ntp

import (
	"encoding/hex"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

const (
	request = "e3000afa000100000001000000000000" + "0000000000000000" + "0000000000000000" + "0000000000000000" + "c50204ecec42ee92"
	answer  = "24020aec0000042b000008c5c0000201" + "c50204eb02aa1234" + "c50204ecec42ee92" + "c50204ed00000000" + "c50204ed80000000"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestStandard(t *testing.T) {
	out := analyzertest.Run(t, Spec(), analyzertest.Options{},
		analyzertest.Send(analyzer.Orig, unhex(t, request)), analyzertest.Send(analyzer.Resp, unhex(t, answer)))
	for _, want := range []string{
		`"version":4,"mode":3,"stratum":0,"poll":1024.0,"precision":0.015625,"root_delay":1.0,"root_disp":1.0,"ref_id":`,
		`"ref_time":0.0,"org_time":0.0,"rec_time":0.0,"xmt_time":1096255084.922896`,
		`"version":4,"mode":4,"stratum":2,`, `"ref_id":"192.0.2.1"`, `"rec_time":1096255085.0,"xmt_time":1096255085.5,"num_exts":0`,
		"\nservice ntp\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nnot in %s", want, out)
		}
	}
}

// TestForms has other forms of messages, by what is in the record or -.
func TestForms(t *testing.T) {
	f := func(name, msg, want string) {
		t.Helper()
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, unhex(t, msg)))
		if want == "-" {
			if out != "service \n" {
				t.Errorf("%s: got %s", name, out)
			}
		} else if !strings.Contains(out, want) {
			t.Errorf("%s: %s not in %s", name, want, out)
		}
	}
	ext := "0104001c" + strings.Repeat("ab", 24)
	f("authenticated", request+strings.Repeat("00", 20), `"num_exts":0`)
	f("extension", request+ext, `"num_exts":1`)
	f("extensions and code", request+ext+ext+strings.Repeat("00", 24), `"num_exts":2`)
	f("bad extension", request+"01042020"+strings.Repeat("20", 21), "-")
	f("cut", request[:90], "-")
	f("version 0", "03"+request[2:], "-")
	f("mode 0", "e0"+request[2:], "-")
	f("reference clock", "2401"+request[4:24]+"47505300"+request[32:], `"ref_id":"GPS\\x00"`)
	f("answer first", answer, `"id.orig_h":"93.184.216.34"`)
	f("control", "16c2000500064aef00000002abcd", `ntp_control {`)
	f("control", "16c2000500064aef00000002abcd", `"version":2,"mode":6,"op_code":2,"sequence":5,"status":6,"association_id":19183,"resp_bit":true,"err_bit":true,"more_bit":false`)
	f("control cut", "16c2000500064aef00000003abcd", "-")
	f("monlist", "1700032a00000000", `"version":2,"mode":7,"req_code":42,"sequence":0,"implementation":3,"auth_bit":false,"err":0`)
	f("private cut", "1700032a", "-")
}

func FuzzDatagram(f *testing.F) {
	for _, s := range []string{request, answer, "1602000500064aef00000002abcd", "1700032a00000000"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		out := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, b))
		if n := strings.Count(out, "\n"); n > 2 {
			t.Fatalf("got %s", out)
		}
	})
}

func TestAllocs(t *testing.T) {
	n := analyzertest.Allocs(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, unhex(t, request)), analyzertest.Send(analyzer.Resp, unhex(t, answer)))
	if n > 0 {
		t.Errorf("%v allocations per request and answer", n)
	}
}
