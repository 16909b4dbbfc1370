package zeeklog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"wirehunt/event"
)

// Options says how logs are written.  The zero value writes TSV with Zeek's
// stock fields.
type Options struct {
	// JSON writes one JSON object a line instead of tab-separated values.
	JSON bool
	// Extra writes also the fields that stock Zeek does not log.
	Extra bool
	// Now is the time for the #open and #close lines.
	Now func() time.Time
	// Spread, if not nil, is used by DirWriter where there is much to write: it
	// calls do for 0 to n-1, begun in that order, from several goroutines, and
	// returns when all calls have.
	Spread func(n int, do func(i int))
}

// A row format; dst grows by one line.
type format interface {
	appendRow(dst []byte, b *event.Batch, n int) []byte
}

// DirWriter writes each log to a file NAME.log of one directory, created
// with the log's first row.
type DirWriter struct {
	dir   string
	opt   Options
	files map[*event.Log]*file
	texts sync.Pool // of *[]byte, for pieces
}

type file struct {
	f    *os.File
	fmt  format
	buf  []byte
	rows uint64
	size int64 // bytes written
}

// flushSize is how much text is written at once: there may be forty files.
const flushSize = 1 << 16

// NewDirWriter returns a writer into directory dir, which it creates.
func NewDirWriter(dir string, opt Options) (*DirWriter, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating the log directory: %w", err)
	}
	return &DirWriter{dir: dir, opt: opt, files: map[*event.Log]*file{}}, nil
}

func (w *DirWriter) open(l *event.Log) (*file, error) {
	mask := uint64(0)
	for i := range l.Fields {
		if !l.Fields[i].Extra || w.opt.Extra {
			mask |= 1 << i
		}
	}
	f, err := os.Create(filepath.Join(w.dir, l.Name+".log"))
	if err != nil {
		return nil, err
	}
	lf := &file{f: f}
	if w.opt.JSON {
		lf.fmt = newJSON(l, mask)
	} else {
		t := &tsvFormat{log: l, mask: mask}
		lf.fmt = t
		lf.buf = t.appendHeader(lf.buf, w.opt.Now())
	}
	w.files[l] = lf
	return lf, nil
}

func (w *DirWriter) file(l *event.Log) (*file, error) {
	if f := w.files[l]; f != nil {
		return f, nil
	}
	return w.open(l)
}

// WriteRow writes row n of b.
func (w *DirWriter) WriteRow(b *event.Batch, n int) error {
	f, err := w.file(b.Log)
	if err != nil {
		return err
	}
	return f.write(b, n, n+1)
}

// write writes the rows of b from one up to another.
func (f *file) write(b *event.Batch, from, to int) error {
	for n := from; n < to; n++ {
		f.buf = f.fmt.appendRow(f.buf, b, n)
		f.rows++
		if len(f.buf) >= flushSize {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *file) flush() error {
	err := f.writeText(f.buf)
	f.buf = f.buf[:0]
	return err
}

func (f *file) writeText(text []byte) error {
	n, err := f.f.Write(text)
	f.size += int64(n)
	return err
}

// Rows returns the number of rows written, by log name.
func (w *DirWriter) Rows() map[string]uint64 {
	rows := map[string]uint64{}
	for l, f := range w.files {
		rows[l.Name] = f.rows
	}
	return rows
}

// Close ends all files.
func (w *DirWriter) Close() error {
	files := slices.Collect(maps.Values(w.files))
	errs := make([]error, len(files))
	end := func(i int) {
		f := files[i]
		if !w.opt.JSON {
			f.buf = append(w.opt.Now().AppendFormat(append(f.buf, "#close\t"...), timeLayout), '\n')
		}
		errs[i] = errors.Join(f.flush(), f.f.Close())
	}
	if w.opt.Spread != nil {
		// The first to close are the largest, which take longest: some file
		// systems write a file that replaces another when it is closed.
		slices.SortFunc(files, func(a, b *file) int { return cmp.Compare(b.size, a.size) })
		w.opt.Spread(len(files), end)
	} else {
		for i := range files {
			end(i)
		}
	}
	return errors.Join(errs...)
}

// WriteBatch writes all rows of b to out in the form that opt says, without
// header lines.
func WriteBatch(out io.Writer, b *event.Batch, opt Options) error {
	mask := uint64(0)
	for i := range b.Log.Fields {
		if !b.Log.Fields[i].Extra || opt.Extra {
			mask |= 1 << i
		}
	}
	var f format = &tsvFormat{log: b.Log, mask: mask}
	if opt.JSON {
		f = newJSON(b.Log, mask)
	}
	var buf []byte
	for n := range b.Len() {
		buf = f.appendRow(buf, b, n)
	}
	_, err := out.Write(buf)
	return err
}
