package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/analyzer"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/pipeline"
	"wirehunt/zeeklog"
)

type zeekFlags struct {
	capture captureFlags
	read    []string
	out     string
	json    bool
	extra   bool
	spicy   bool
	stats   bool
}

func zeekCommand(a *app) *cobra.Command {
	f := &zeekFlags{}
	c := &cobra.Command{
		Use:   "zeek -r FILE",
		Short: "Write Zeek's logs of a capture",
		Long: `Zeek analyses a capture and writes conn.log, http.log and so on, with the fields
and in the form of Zeek's own logs.`,
		Example: `  wirehunt zeek -r capture.pcap -o logs/
  wirehunt zeek -C --json -r capture.pcap.gz -o logs/
  tcpdump -w - -c 1000 | wirehunt zeek -r - -o logs/`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.read) == 0 {
				return errors.New("no capture: give one with -r FILE (-: standard input)")
			}
			return a.zeek(cmd.Context(), f)
		},
	}
	c.Flags().StringArrayVarP(&f.read, "read", "r", nil, "capture `FILE` (-: standard input); several are read one after the other as one capture")
	c.Flags().StringVarP(&f.out, "output", "o", ".", "write the logs into directory `DIR`")
	c.Flags().BoolVar(&f.json, "json", false, "write JSON, one object a line, instead of tab-separated values")
	c.Flags().BoolVar(&f.extra, "extra", false, "write also the fields that stock Zeek does not log (JA4, NTLM versions, ...)")
	c.Flags().BoolVar(&f.spicy, "spicy", false, "write also the logs of protocols that Zeek analyses only where it is built with Spicy (QUIC, LDAP, PostgreSQL, Redis)")
	c.Flags().BoolVar(&f.stats, "stats", false, "print what was read, written, and not analysed")
	f.capture.add(c)
	c.MarkFlagDirname("output")
	return c
}

func (a *app) zeek(ctx context.Context, f *zeekFlags) error {
	collectLate(memoryAlone)
	opt, err := f.capture.pipeline()
	if err != nil {
		return err
	}
	if !f.spicy {
		opt.Specs = slices.DeleteFunc(opt.Specs, func(s *analyzer.Spec) bool { return s.Spicy })
	}
	paths := f.read
	if g := capture.Rotations(paths); len(g) == 1 {
		paths = g[0] // in the order of time, whatever the shell's
	}
	src, err := capture.Open(paths, capture.Options{Stdin: a.in, Warn: func(err error) {
		fmt.Fprintf(a.err, "wirehunt: warning: %v; the packets before it are analysed\n", err)
	}})
	if err != nil {
		return err
	}
	defer src.Close()
	logs := zeeklog.Options{JSON: f.json, Extra: f.extra}
	if opt.Shards != 1 {
		logs.Spread = func(n int, do func(int)) { pipeline.Spread(opt.Shards, n, do) }
	}
	w, err := zeeklog.NewDirWriter(f.out, logs)
	if err != nil {
		return err
	}
	start := time.Now()
	stats, err := pipeline.Run(ctx, src, opt, dirSink{w})
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	if stats.Panics > 0 {
		fmt.Fprintf(a.err, "wirehunt: warning: %d analyzers failed; this is a fault of wirehunt, please report it: %s\n", stats.Panics, stats.Panic)
	}
	if f.stats {
		fmt.Fprintf(a.out, "%s packets, %s, %s flows, in %s\n", thousands(int64(stats.Packets)), sizeText(int64(stats.Bytes)), thousands(int64(stats.Flows)), time.Since(start).Round(time.Millisecond))
		rows := w.Rows()
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			fmt.Fprintf(a.out, "  %12s  %s.log\n", thousands(int64(rows[name])), name)
		}
		printFaults(a.out, &stats)
	}
	return nil
}

// dirSink writes the rows of the pipeline as logs.
type dirSink struct{ w *zeeklog.DirWriter }

// Write implements pipeline.Sink.
func (s dirSink) Write(batches ...*event.Batch) error {
	err := s.w.WriteBatches(batches...)
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		return fmt.Errorf("writing %s: %w", filepath.Base(pe.Path), pe.Err)
	}
	return err
}

// faults lists, by reason, what was dropped, lost, or not analysed.
func faults(s *pipeline.Stats) map[string]uint64 {
	m := map[string]uint64{}
	for reason, n := range s.Dropped {
		m["packets: "+reason] = n
	}
	for what, n := range map[string]uint64{
		"gaps in TCP streams":                      s.Gaps,
		"bytes in gaps of TCP streams":             s.GapBytes,
		"flows closed early to make room":          s.Evicted,
		"segments without room to wait":            s.ReassemblyFull,
		"analyzers that failed (please report it)": s.Panics,
		"expected connections forgotten":           s.ExpectationsDropped,
		"tunnels forgotten":                        s.TunnelsForgotten,
	} {
		if n > 0 {
			m[what] = n
		}
	}
	return m
}
