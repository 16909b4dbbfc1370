package zeeklog

import "wirehunt/event"

// Batches with spreadRows in all are written in pieces of pieceRows.
const (
	spreadRows = 1 << 12
	pieceRows  = 1 << 9
)

// piece is some rows of a batch.  Its text can be made at any time, and is
// written after that of the piece before.
type piece struct {
	file     *file
	batch    *event.Batch
	from, to int
	before   *piece // nil: the first of the batch
	done     chan struct{}
	err      error // set before done is closed
}

// WriteBatches writes all rows of the batches, which are of different logs.
// The same text comes out with and without Options.Spread.
func (w *DirWriter) WriteBatches(batches ...*event.Batch) error {
	rows := 0
	for _, b := range batches {
		rows += b.Len()
	}
	spread := w.opt.Spread != nil && rows >= spreadRows
	var pieces []*piece
	for _, b := range batches {
		f, err := w.file(b.Log)
		if err != nil {
			return err
		}
		if !spread {
			if err := f.write(b, 0, b.Len()); err != nil {
				return err
			}
			continue
		}
		var before *piece
		for from := 0; from < b.Len(); from += pieceRows {
			before = &piece{f, b, from, min(from+pieceRows, b.Len()), before, make(chan struct{}), nil}
			pieces = append(pieces, before)
		}
	}
	if !spread {
		return nil
	}
	w.opt.Spread(len(pieces), func(i int) { w.writePiece(pieces[i]) })
	for _, p := range pieces {
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

func (w *DirWriter) writePiece(p *piece) {
	defer close(p.done)
	if p.before == nil {
		p.err = p.file.write(p.batch, p.from, p.to)
		return
	}
	text, _ := w.texts.Get().(*[]byte)
	if text == nil {
		text = new([]byte)
	}
	defer w.texts.Put(text)
	*text = (*text)[:0]
	for n := p.from; n < p.to; n++ {
		*text = p.file.fmt.appendRow(*text, p.batch, n)
	}
	<-p.before.done
	if p.err = p.before.err; p.err != nil {
		return
	}
	if p.err = p.file.flush(); p.err == nil {
		p.file.rows += uint64(p.to - p.from)
		p.err = p.file.writeText(*text)
	}
}
