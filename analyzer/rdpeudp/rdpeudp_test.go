package rdpeudp

import (
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

func TestHandshakes(t *testing.T) {
	pad := func(head string) string { return head + strings.Repeat("\x00", synSize-len(head)) }
	syn := pad("\xff\xff\xff\xff\x00\x40\x18\x01\x0b\x12\x7f\x15")
	synAck := pad("\x0b\x12\x7f\x15\x00\x40\x10\x05\x0f\x94\xea\x0b")
	data := "\x0f\x94\xea\x0b\x04\x00\x00\x0c"
	o, r := analyzertest.Orig, analyzertest.Resp
	detect := analyzertest.Options{Detect: true, RespPort: 3390}
	port := analyzertest.Options{Detect: true}
	tests := []struct {
		name, want string
		o          analyzertest.Options
		steps      []analyzertest.Step
	}{
		{"any port", "rdpeudp", detect, []analyzertest.Step{o(syn), r(synAck), o(data)}},
		{"its port", "rdpeudp", port, []analyzertest.Step{o(syn), r(synAck), o(data)}},
		{"SYN repeated", "rdpeudp", port, []analyzertest.Step{o(syn), o(syn), r(synAck)}},
		{"no answer", "", port, []analyzertest.Step{o(syn), o(syn), o(syn)}},
		{"answer without SYN", "", port, []analyzertest.Step{r(synAck), o(data)}},
		{"not a SYN's answer", "", port, []analyzertest.Step{o(syn), r("\x0b\x12\x7f\x15\x00\x40\x10\x10")}},
		{"short SYN on another port", "", detect, []analyzertest.Step{o(syn[:40]), r(synAck)}},
		{"cut short", "", port, []analyzertest.Step{o(syn), o("\x00\x01"), r(synAck)}},
		{"another protocol", "", port, []analyzertest.Step{o("\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00"), r(synAck)}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if got := analyzertest.Run(t, Spec(), tc.o, tc.steps...); got != "service "+tc.want+"\n" {
				t.Errorf("got %s, want service %s", got, tc.want)
			}
		})
	}
}

func FuzzDatagrams(f *testing.F) {
	f.Add([]byte("\xff\xff\xff\xff\x00\x40\x18\x01"), []byte("\x0b\x12\x7f\x15\x00\x40\x10\x05"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
