package ingest

import (
	"context"
	"errors"
	"io"
	"time"

	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/defender"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
)

// importCapture analyses a capture and stores its records.  What it reads from
// standard input is also written to stdin.
func importCapture(ctx context.Context, tx store.Import, f File, opt Options, stdin io.Writer, pace *pace, sum *Summary) error {
	copt := capture.Options{Warn: func(err error) {
		sum.Warnings = append(sum.Warnings, err.Error()+"; the packets before it are imported")
	}}
	if f.Path == "-" {
		copt.Stdin = io.TeeReader(opt.Stdin, stdin)
	}
	var paths []string
	for _, part := range f.All() {
		paths = append(paths, part.Path)
	}
	src, err := capture.Open(paths, copt)
	if err != nil {
		return f.unnamed(err)
	}
	defer src.Close()
	pace.follow(src)
	popt := opt.Pipeline
	if opt.Progress != nil {
		popt.Progress = new(pipeline.Progress)
		defer watch(src, popt.Progress, opt.Progress)()
	}
	stats, err := pipeline.Run(ctx, src, popt, &storeSink{tx, opt.Devices})
	if err != nil {
		return f.unnamed(err)
	}
	if f.Path == "-" {
		// What follows the capture, if anything, belongs to its content.
		if _, err := io.Copy(stdin, opt.Stdin); err != nil {
			return err
		}
	}
	if stats.Packets == 0 {
		return errEmptyCapture
	}
	sum.Stats = &stats
	return nil
}

// unnamed takes off what capture puts before an error, the name of the file:
// Import names it as well, unless there are several.
func (f File) unnamed(err error) error {
	if len(f.More) > 0 {
		return err
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// watch reports progress until the returned function is called.
func watch(src capture.Source, p *pipeline.Progress, report func(Progress)) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		t := time.NewTicker(100 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				read, total := src.Progress()
				report(Progress{Read: read, Total: total, Packets: p.Stats().Packets})
			}
		}
	}()
	return func() { close(done); <-stopped }
}

// storeSink stores the rows of the pipeline.
type storeSink struct {
	tx      store.Import
	devices *defender.Devices
}

// Write implements pipeline.Sink.
func (s *storeSink) Write(batches ...*event.Batch) error {
	for _, b := range batches {
		for n := range b.Len() {
			if err := s.tx.AppendRow(b, n, s.devices); err != nil {
				return err
			}
		}
	}
	return nil
}
