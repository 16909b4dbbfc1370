package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"wirehunt/internal/ingest"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
)

type importFlags struct {
	db      dbFlags
	capture captureFlags
	table   string
	quiet   bool
}

func importCommand(a *app) *cobra.Command {
	f := &importFlags{}
	c := &cobra.Command{
		Use:   "import PATH...",
		Short: "Import captures and Defender exports into the database",
		Long: `Import reads captures (pcap, pcapng, also compressed with gzip or zstd) and what
Defender exports (records of the streaming API, replies of the query API as JSON,
CSV of the portal), from files, directories and, for captures, standard input (-).
Each file is stored whole or not at all, and once: the same content is recognised
under any name.  Exports go first, because they name the devices of captures.`,
		Example: `  wirehunt import capture.pcap
  wirehunt import --db case.db --device WS1=10.0.0.5 captures/ telemetry.json
  tcpdump -w - -c 1000 | wirehunt import -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := ingest.Files(args); err != nil {
				return err // before a database is made
			}
			e, err := f.db.open(cmd.Context(), false)
			if err != nil {
				return err
			}
			defer e.Close()
			return a.importPaths(cmd.Context(), e, args, f)
		},
	}
	f.db.add(c)
	f.capture.add(c)
	f.capture.addDevices(c)
	c.Flags().StringVar(&f.table, "table", "", "`TABLE` that the rows of an export are of, where it does not say so")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print warnings and errors only")
	c.RegisterFlagCompletionFunc("table", completeTables)
	return c
}

// importPaths imports files in order and tells what came of each.  A file
// that cannot be imported does not keep the others from being imported.
func (a *app) importPaths(ctx context.Context, e store.Engine, paths []string, f *importFlags) error {
	files, err := ingest.Files(paths)
	if err != nil {
		return err
	}
	devices, err := f.capture.newDevices()
	if err != nil {
		return err
	}
	if err := e.LoadDevices(ctx, devices); err != nil {
		return err
	}
	popt, err := f.capture.pipeline()
	if err != nil {
		return err
	}
	failed := 0
	for _, file := range files {
		opt := ingest.Options{Devices: devices, Pipeline: popt, Table: f.table, Now: time.Now, Stdin: a.in}
		bar := newProgress(a.err, file, f.quiet)
		opt.Progress = bar.update
		sum, err := ingest.Import(ctx, e, file, opt)
		bar.finish()
		for _, w := range sum.Warnings {
			fmt.Fprintf(a.err, "wirehunt: warning: %s\n", w)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && len(files) == 1:
			return err
		case err != nil:
			fmt.Fprintf(a.err, "wirehunt: %v\n", err)
			failed++
		case !f.quiet:
			printSummary(a.out, sum)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files were not imported", failed, len(files))
	}
	return nil
}

// progress is the progress bar of one file, on a terminal only.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, file ingest.File, quiet bool) *progress {
	f, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	total := file.Size
	if total == 0 {
		total = -1
	}
	return &progress{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(file.Path),
		progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20))}
}

func (p *progress) update(at ingest.Progress) {
	if p.bar == nil {
		return
	}
	p.bar.Describe(fmt.Sprintf("%s packets", thousands(int64(at.Packets))))
	p.bar.Set64(at.Read)
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
	}
}

// printSummary tells what came of one file.
func printSummary(w io.Writer, s ingest.Summary) {
	if s.Before != "" {
		fmt.Fprintf(w, "%s: imported before, as %s\n", s.File.Path, s.Before)
		return
	}
	var total int64
	for _, n := range s.Rows {
		total += n
	}
	fmt.Fprintf(w, "%s: %s rows", s.File.Path, thousands(total))
	if s.Stats != nil {
		fmt.Fprintf(w, " from %s packets, %s", thousands(int64(s.Stats.Packets)), sizeText(int64(s.Stats.Bytes)))
	}
	fmt.Fprintf(w, ", in %s\n", s.Took.Round(time.Millisecond))
	printCounts(w, s.Rows)
	if s.Stats != nil {
		printFaults(w, s.Stats)
	}
	if len(s.Unparsed) > 0 {
		fmt.Fprintln(w, "  left out:")
		printCounts(w, s.Unparsed)
	}
}

// printCounts prints counters, the largest first.
func printCounts[N int64 | uint64](w io.Writer, counts map[string]N) {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			if counts[a] > counts[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, k := range keys {
		fmt.Fprintf(w, "  %12s  %s\n", thousands(int64(counts[k])), k)
	}
}

func printFaults(w io.Writer, s *pipeline.Stats) {
	if m := faults(s); len(m) > 0 {
		fmt.Fprintln(w, "  not analysed, or not whole:")
		printCounts(w, m)
	}
}

// thousands writes a number with separators.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func sizeText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
