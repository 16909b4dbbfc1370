package ssl

import (
	"testing"

	"crypto/tls"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
)

// FuzzStream feeds any two streams, whole and in pieces: the records must be
// the same and few.
func FuzzStream(f *testing.F) {
	var tp tape
	recordOn(f, &tp, &tls.Config{ServerName: "a.example", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12},
		&tls.Config{Certificates: []tls.Certificate{certificate(f, "srv")}})
	f.Add(tp.first, []byte("\x16\x03\x01\x00\x72\x01\x00\x00\x6e\x7f\x12"))
	f.Add([]byte("\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80cccccccccccccccc"), []byte("\x15\x03\x01\x00\x02\x02\x28"))
	f.Fuzz(func(t *testing.T, client, server []byte) {
		if len(client)+len(server) > 1<<14 {
			return
		}
		run := func(chunk int) string {
			return analyzertest.Run(t, Spec(), analyzertest.Options{Chunk: chunk},
				analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
		}
		whole := run(0)
		if n := len(rows(t, whole, "ssl")); n > 1 {
			t.Fatalf("%d records", n)
		}
		if got := run(3); got != whole {
			t.Fatalf("in pieces:\n%s\nwant\n%s", got, whole)
		}
	})
}

// FuzzDTLS feeds any datagrams.
func FuzzDTLS(f *testing.F) {
	f.Add([]byte(dtlsRecord(22, 0, dtlsMessage(1, 0, dtlsClientHello, 0, len(dtlsClientHello)))),
		[]byte(dtlsRecord(22, 0, dtlsMessage(2, 0, dtlsServerHello, 0, len(dtlsServerHello)))), []byte{0x2c, 0, 0})
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		out := analyzertest.Run(t, DTLSSpec(), analyzertest.Options{}, analyzertest.Send(analyzer.Orig, a),
			analyzertest.Send(analyzer.Resp, b), analyzertest.Send(analyzer.Orig, c))
		if n := len(rows(t, out, "ssl")); n > 1 {
			t.Fatalf("%d records", n)
		}
	})
}
