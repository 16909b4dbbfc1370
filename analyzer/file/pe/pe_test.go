package pe

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// carrier takes each datagram for the start of a program.
type carrier struct{ analyzer.Base }

func (c *carrier) Reset() {}
func (c *carrier) Close() {}
func (c *carrier) Datagram(_ analyzer.Dir, b []byte, wireLen int) {
	Header(c.Conn, c.Conn.Start, "Fid", b)
}

func run(t testing.TB, file string) string {
	t.Helper()
	spec := &analyzer.Spec{Name: "carrier", New: func() analyzer.Analyzer { return new(carrier) }}
	return analyzertest.Run(t, spec, analyzertest.Options{Proto: 17}, analyzertest.Resp(file))
}

func le16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }
func le32(v int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
func zero(n int) string { return strings.Repeat("\x00", n) }

// program puts the headers together.
func program(machine, flags int, optional string, sections ...string) string {
	b := "MZ" + zero(58) + le32(72) + zero(8) + "PE\x00\x00" + le16(machine) + le16(len(sections)) + le32(1_600_000_000) + zero(8) +
		le16(len(optional)) + le16(flags) + optional
	for _, s := range sections {
		b += s + zero(sectionSize-len(s))
	}
	return b
}

// header is an optional header with the sizes of data directories.
func header(magic, major, minor, subsystem, flags int, sizes ...int) string {
	b := le16(magic) + zero(38) + le16(major) + le16(minor) + zero(24) + le16(subsystem) + le16(flags)
	if magic == pe32Plus {
		b += zero(16)
	}
	b += zero(20) + le32(len(sizes))
	for _, n := range sizes {
		b += le32(4096) + le32(n)
	}
	return b
}

func TestHeader(t *testing.T) {
	var out strings.Builder
	for _, c := range []struct{ name, file string }{
		{"program of 64 bits", program(0x8664, 0x22, header(pe32Plus, 6, 0, 2, 0x140, 0, 10, 0, 0, 20, 0, 30), ".text", ".rdata", "longname")},
		{"of 32 bits", program(0x14c, 0x102, header(pe32, 5, 1, 3, 0x480, 1), ".text")},
		{"object file", program(0x14c, 0, "")},
		{"numbers without names", program(0x1234, 0x2, header(pe32, 7, 7, 77, 0))},
		{"no such format", program(0x14c, 0x2, header(0x107, 5, 1, 3, 0))},
		{"sections cut", program(0x14c, 0x102, header(pe32, 5, 1, 3, 0), ".text", ".data")[:72+fileHeader+96+sectionSize+5]},
	} {
		out.WriteString("# " + c.name + "\n" + run(t, c.file))
	}
	golden.Check(t, filepath.Join("testdata", "header.golden"), []byte(out.String()))
	whole := program(0x14c, 0x102, header(pe32, 5, 1, 3, 0), ".text")
	for n := range whole {
		if got := run(t, whole[:n]); strings.Contains(got, "pe {") != (n >= 72+fileHeader) {
			t.Errorf("%d bytes: %s", n, got)
		}
	}
	for _, at := range []int{0, 63, len(whole), 1<<32 - 1} {
		if got := run(t, whole[:60]+le32(at)+whole[64:]); strings.Contains(got, "pe {") {
			t.Errorf("header at %d: %s", at, got)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte(program(0x8664, 0x22, header(pe32Plus, 6, 0, 2, 0x140, 0, 10, 0, 0, 20, 0, 30), ".text", ".rdata")))
	f.Add([]byte(program(0x14c, 0, "")))
	f.Fuzz(func(t *testing.T, b []byte) { run(t, string(b)) })
}
