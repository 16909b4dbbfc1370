// Package pe reads the headers of programs for Windows (Microsoft's PE
// format) and writes pe.log as Zeek's script base/files/pe does.
package pe

import (
	"bytes"
	"encoding/binary"

	"wirehunt/analyzer"
)

// Sizes and places of the headers.
const (
	dosSize     = 64 // of the DOS header
	newHeader   = 60 // where in it the place of the signature stands
	fileHeader  = 24 // size of the signature and the file header
	sectionSize = 40
	maxSections = 96 // what Windows loads
)

// Characteristics of the file and of the program.
const (
	machine32      = 0x0100
	dynamicBase    = 0x0040
	forceIntegrity = 0x0080
	nxCompat       = 0x0100
	noSEH          = 0x0400
)

// Formats of the optional header.
const (
	pe32     = 0x10b
	pe32Plus = 0x20b
)

// Data directories.
const (
	exportTable = 0
	importTable = 1
	certTable   = 4
	debugTable  = 6
)

// Header writes a row for the program that begins with b, as far as b has its
// headers.  ts is the time of the row, ns; id is the file's.  As in Zeek, the
// file header is taken whatever signature is in front of it.
func Header(c *analyzer.Conn, ts int64, id string, b []byte) {
	if len(b) < dosSize {
		return
	}
	at := uint64(binary.LittleEndian.Uint32(b[newHeader:]))
	if at < dosSize || at+fileHeader > uint64(len(b)) {
		return
	}
	h := b[at+4:]
	sections := int(binary.LittleEndian.Uint16(h[2:]))
	optional := int(binary.LittleEndian.Uint16(h[16:]))
	r := c.Row(Log, ts)
	colID.SetString(r, id)
	colMachine.SetString(r, name(machines, binary.LittleEndian.Uint16(h)))
	colCompiled.Set(r, int64(binary.LittleEndian.Uint32(h[4:]))*1e9)
	colIsExe.Set(r, optional > 0)
	colIs64.Set(r, binary.LittleEndian.Uint16(h[18:])&machine32 == 0)
	var flags uint16
	if rest := h[fileHeader-4:]; optional > 0 && len(rest) >= optional {
		var o optionalHeader
		if o.parse(rest[:optional]) {
			flags = o.flags
			colOS.SetString(r, system(o.major, o.minor))
			colSubsystem.SetString(r, name(subsystems, o.subsystem))
			colImports.Set(r, o.has(importTable))
			colExports.Set(r, o.has(exportTable))
			colCerts.Set(r, o.has(certTable))
			colDebug.Set(r, o.has(debugTable))
			rest = rest[optional:]
			l := colSections.List(r)
			for range min(sections, maxSections, len(rest)/sectionSize) {
				section, _, _ := bytes.Cut(rest[:8], []byte{0})
				l.Bytes(section)
				rest = rest[sectionSize:]
			}
			l.End()
		}
	}
	colASLR.Set(r, flags&dynamicBase != 0)
	colDEP.Set(r, flags&nxCompat != 0)
	colIntegrity.Set(r, flags&forceIntegrity != 0)
	colSEH.Set(r, flags&noSEH == 0)
}

// optionalHeader is what is taken from the header that only programs have.
type optionalHeader struct {
	major, minor, subsystem, flags uint16
	tables                         []byte // the data directories: address and size each
}

func (o *optionalHeader) parse(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	tables := 96
	switch binary.LittleEndian.Uint16(b) {
	case pe32:
	case pe32Plus:
		tables = 112
	default:
		return false
	}
	if len(b) < tables {
		return false
	}
	o.major, o.minor = binary.LittleEndian.Uint16(b[40:]), binary.LittleEndian.Uint16(b[42:])
	o.subsystem, o.flags = binary.LittleEndian.Uint16(b[68:]), binary.LittleEndian.Uint16(b[70:])
	n := uint64(binary.LittleEndian.Uint32(b[tables-4:]))
	o.tables = b[tables:min(uint64(tables)+n*8, uint64(len(b)))]
	return true
}

// has reports whether the program has a data directory.
func (o *optionalHeader) has(n int) bool {
	return len(o.tables) >= n*8+8 && binary.LittleEndian.Uint32(o.tables[n*8+4:]) > 0
}
