package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/store"
	"wirehunt/zeeklog"
)

// importZeek stores the records of one of Zeek's log files and returns how
// many there are.  What cannot be read is counted in sum.
func importZeek(ctx context.Context, tx store.Import, f File, opt Options, sum *Summary) (records int64, err error) {
	src, err := open(f.Path)
	if err != nil {
		return 0, describe(err)
	}
	defer src.Close()
	r := zeeklog.NewReader(f.Path, all.Logs())
	sink := &storeSink{tx, opt.Devices}
	err = r.Read(&ctxReader{ctx, src}, func(batches ...*event.Batch) error {
		records += int64(r.Rows())
		if opt.Progress != nil {
			opt.Progress(Progress{Read: src.read.Load(), Total: f.Size, Records: records})
		}
		return sink.Write(batches...)
	})
	if errors.Is(err, io.ErrUnexpectedEOF) {
		sum.Warnings = append(sum.Warnings, fmt.Sprintf("%s: the compressed file ends in the middle; the records before it are imported", f.Path))
		err = nil
	}
	sum.report(r.Report())
	return records, err
}

// report takes over what a reader left out.
func (s *Summary) report(rep zeeklog.Report) {
	for _, f := range rep.Faults {
		if s.Unparsed == nil {
			s.Unparsed = map[string]int64{}
		}
		s.Unparsed[fmt.Sprintf("%s (first at %s:%d)", f.Reason, filepath.Base(f.File), f.Line)] += f.Count
	}
	s.Logs, s.Columns = rep.Logs, rep.Columns
}
