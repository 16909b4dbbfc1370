package ftp

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/file"
)

// Data analyses a data connection: what each side sends is a file.
type Data struct {
	analyzer.Base
	files    [2]file.File
	transfer *transfer
}

var _ analyzer.Stream = (*Data)(nil)

// Reset implements analyzer.Analyzer.
func (d *Data) Reset() {
	d.transfer, _ = d.Expected.(*transfer)
	d.Confirm()
}

// Data implements analyzer.Stream.
func (d *Data) Data(dir analyzer.Dir, b []byte) (consumed, need int) {
	d.open(dir).Data(b)
	return len(b), 0
}

func (d *Data) open(dir analyzer.Dir) *file.File {
	f := &d.files[dir]
	if !f.IsOpen() {
		f.Open(d.Conn, "FTP_DATA", dir == analyzer.Orig, d)
		if d.transfer != nil {
			d.transfer.fuid = f.ID
		}
	}
	return f
}

// FileType implements file.Owner.
func (d *Data) FileType(_ *file.File, mime string) {
	if d.transfer != nil {
		d.transfer.mime = mime
	}
}

// Gap implements analyzer.Stream.
func (d *Data) Gap(dir analyzer.Dir, n uint64) bool {
	d.open(dir).Gap(n)
	return true
}

// EOF implements analyzer.Stream.  As in Zeek the files end with the
// connection, not with the side.
func (d *Data) EOF(analyzer.Dir) {}

// Close implements analyzer.Analyzer.
func (d *Data) Close() {
	d.files[analyzer.Orig].EOF()
	d.files[analyzer.Resp].EOF()
}
