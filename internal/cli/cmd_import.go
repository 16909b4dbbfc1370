package cli

import (
	"context"
	"errors"
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
	server  clientFlags
	table   string
	quiet   bool
	follow  bool
}

func importCommand(a *app) *cobra.Command {
	f := &importFlags{}
	c := &cobra.Command{
		Use:   "import PATH...",
		Short: "Import captures, Zeek logs and Defender exports into the database",
		Long: `Import reads captures (pcap, pcapng), the logs of Zeek (TSV and JSON) and what
Defender exports (records of the streaming API, replies of the query API as JSON,
CSV of the portal), also compressed with gzip or zstd, from files, directories and,
for captures, standard input (-).  Each file is stored whole or not at all, and
once: the same content is recognised under any name.  Exports go first, because
they name the devices of logs and captures.

With --follow, import reads the logs in the directory of a running Zeek, and what
is written to them, through rotation, until it is interrupted.  It stores how far
it read together with the rows, so the next --follow goes on from there, whatever
ended this one.  The database is free for queries between two batches.

With --server, import uploads the files to a running server, which imports each
with its own settings, and waits for what comes of it.`,
		Example: `  wirehunt import capture.pcap
  wirehunt import --db case.db --device WS1=10.0.0.5 captures/ telemetry.json
  wirehunt import /opt/zeek/logs/2026-01-31
  wirehunt import conn.*.log.gz dns.*.log.gz
  wirehunt import --follow /opt/zeek/logs/current
  wirehunt import --server https://hunt.example:8443 capture.pcap
  tcpdump -w - -c 1000 | wirehunt import -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.server.server != "" {
				return a.upload(cmd, args, f)
			}
			f.db.appendMemory = memoryOfAppends
			if f.follow {
				limitMemory(memoryBesideDatabase)
				return a.follow(cmd.Context(), args, f)
			}
			collectLate(memoryBesideDatabase)
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
	c.Flags().BoolVar(&f.follow, "follow", false, "import what a running Zeek writes to the logs in a directory, until interrupted")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print warnings and errors only")
	f.server.add(c)
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
	left := newLeftOut()
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
			if len(sum.Rows) > 0 || len(sum.Logs) == 0 {
				printSummary(a.out, sum)
			}
			left.add(sum)
		}
	}
	left.print(a.out)
	if failed > 0 {
		return fmt.Errorf("%d of %d files were not imported", failed, len(files))
	}
	return nil
}

// follow imports what a running Zeek logs, until the program is interrupted.
func (a *app) follow(ctx context.Context, args []string, f *importFlags) error {
	if len(args) != 1 || args[0] == "-" {
		return errors.New("--follow wants one directory: the one in which Zeek writes its logs")
	}
	devices, err := f.capture.newDevices()
	if err != nil {
		return err
	}
	sum, err := ingest.Follow(ctx, ingest.FollowOptions{
		Dir: args[0],
		Open: func(ctx context.Context) (store.Engine, error) {
			db, err := f.db.open(ctx, false)
			if err != nil {
				return nil, err
			}
			return db, nil
		},
		Devices: devices,
		Now:     time.Now,
		Warn:    func(s string) { fmt.Fprintf(a.err, "wirehunt: warning: %s\n", s) },
	})
	if err == nil && !f.quiet {
		printSummary(a.out, sum)
		left := newLeftOut()
		left.add(sum)
		left.print(a.out)
	}
	return err
}

// leftOut gathers what no table has of the logs of Zeek, over all files.
type leftOut struct {
	logs    map[string]int64
	columns map[string]bool
}

func newLeftOut() *leftOut { return &leftOut{map[string]int64{}, map[string]bool{}} }

func (l *leftOut) add(s ingest.Summary) {
	for k, n := range s.Logs {
		l.logs[k] += n
	}
	for _, c := range s.Columns {
		l.columns[c] = true
	}
}

func (l *leftOut) print(w io.Writer) {
	if len(l.logs) > 0 {
		fmt.Fprintln(w, "records of logs that have no table:")
		printCounts(w, l.logs)
	}
	if len(l.columns) > 0 {
		fmt.Fprintf(w, "columns that are not stored: %s\n", strings.Join(slices.Sorted(maps.Keys(l.columns)), ", "))
	}
}

// progress is the progress bar of one file, on a terminal only.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, file ingest.File, quiet bool) *progress {
	f, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	var total int64
	for _, part := range file.All() {
		total += part.Size
	}
	if total == 0 {
		total = -1
	}
	return &progress{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(file.String()),
		progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20))}
}

func (p *progress) update(at ingest.Progress) {
	if p.bar == nil {
		return
	}
	if at.Records > 0 {
		p.bar.Describe(fmt.Sprintf("%s records", thousands(at.Records)))
	} else {
		p.bar.Describe(fmt.Sprintf("%s packets", thousands(int64(at.Packets))))
	}
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
		fmt.Fprintf(w, "%s: imported before, as %s\n", s.File, s.Before)
		return
	}
	var total int64
	for _, n := range s.Rows {
		total += n
	}
	for _, p := range s.Known {
		fmt.Fprintf(w, "%s: imported before\n", p)
	}
	fmt.Fprintf(w, "%s: %s rows", s.File, thousands(total))
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
