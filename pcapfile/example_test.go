package pcapfile_test

import (
	"bytes"
	"fmt"
	"io"
	"log"

	"wirehunt/packet"
	"wirehunt/pcapfile"
)

func Example() {
	// A capture of one UDP packet.
	var file bytes.Buffer
	w := pcapfile.NewWriter(&file, packet.LinkRaw)
	w.Write(&pcapfile.Record{Time: 1e9, Data: []byte("E\x00\x00\x1e\x00\x00\x00\x00\x40\x11\x66\xcd" +
		"\x0a\x00\x00\x01\x0a\x00\x00\x02" + "\x30\x39\x00\x35\x00\x0a\x00\x00" + "hi")})
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}

	rd, err := pcapfile.NewReader(&file)
	if err != nil {
		log.Fatal(err)
	}
	defer rd.Close()
	var rec pcapfile.Record
	var p packet.Packet
	for {
		err := rd.Next(&rec)
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		packet.Decode(rec.Link, rec.Data, rec.WireLen, &p)
		if p.Kind == packet.KindUDP {
			fmt.Printf("%v:%d > %v:%d %q\n", p.Src, p.SrcPort, p.Dst, p.DstPort, p.Payload)
		}
	}
	// Output: 10.0.0.1:12345 > 10.0.0.2:53 "hi"
}
