package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/kql"
	"wirehunt/kql/diag"
)

// textFlags are the flags of commands that take a query: as argument, in a
// file, or on standard input.
type textFlags struct{ file string }

func (f *textFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.file, "file", "f", "", "read the query from `FILE` (-: standard input)")
}

const maxQuery = 8 << 20

// read returns the query and what it is called in messages.
func (f *textFlags) read(a *app, args []string) (name, text string, err error) {
	if len(args) > 0 {
		if f.file != "" {
			return "", "", errors.New("give the query as argument or with -f, not both")
		}
		return "query", args[0], nil
	}
	var in io.Reader = a.in
	name = f.file
	switch f.file {
	case "":
		if file, ok := a.in.(*os.File); ok {
			if st, err := file.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
				return "", "", errors.New("no query: give it as argument, with -f FILE or on standard input")
			}
		}
		name = "query"
	case "-":
		name = "query"
	default:
		file, err := os.Open(f.file)
		if err != nil {
			return "", "", err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxQuery+1))
	if err != nil {
		return "", "", err
	}
	if len(b) > maxQuery {
		return "", "", fmt.Errorf("%s: longer than %d bytes", name, maxQuery)
	}
	return name, string(b), nil
}

type queryFlags struct {
	textFlags
	db      dbFlags
	capture captureFlags
	server  clientFlags
	memory  bool
	from    []string
	now     string
	format  string
	explain bool
	timeout time.Duration
}

func queryCommand(a *app) *cobra.Command {
	f := &queryFlags{}
	c := &cobra.Command{
		Use:   "query [QUERY]",
		Short: "Answer a query in the Kusto Query Language",
		Long: `Query answers one query over the database, or with --from over captures and
Defender exports that are read for it alone, or with --server over the database of
a running server.  The query is the argument, or the
content of the file given with -f, or else what standard input holds.`,
		Example: `  wirehunt query 'DeviceNetworkEvents | where ActionType == "SshConnectionInspected" | take 10'
  wirehunt query -f hunt.kql --now latest --format csv
  wirehunt query --server https://hunt.example:8443 'DeviceInfo | count'
  wirehunt query --from capture.pcap 'ZeekConn | summarize sum(orig_bytes) by ["id.resp_h"]'
  echo 'print now()' | wirehunt query --memory`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, text, err := f.read(a, args)
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), f, name, text)
		},
	}
	f.textFlags.add(c)
	f.db.add(c)
	f.db.addQuery(c)
	c.Flags().StringArrayVar(&f.from, "from", nil, "query the capture or export at `PATH` instead of a database; may be repeated")
	c.Flags().BoolVar(&f.memory, "memory", false, "query an empty database in memory")
	c.Flags().StringVar(&f.now, "now", "", "`TIME` that now() and ago() count from; latest: that of the newest event")
	c.Flags().BoolVar(&f.explain, "explain", false, "print the SQL instead of running it")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "give up after `DURATION`")
	addFormat(c, &f.format, "table", "json", "csv", "ndjson")
	f.capture.add(c)
	f.capture.addDevices(c)
	f.server.add(c)
	c.MarkFlagsMutuallyExclusive("from", "memory", "db", "server")
	c.MarkFlagsMutuallyExclusive("explain", "server")
	return c
}

func (a *app) query(ctx context.Context, f *queryFlags, name, text string) error {
	now, latest, err := parseNow(f.now)
	if err != nil {
		return err
	}
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	if f.server.server != "" {
		return f.late(ctx, a.ask(ctx, &f.server, name, text, f.now, f.format))
	}
	saved, err := f.db.saved()
	if err != nil {
		return err
	}
	engine, err := a.queryEngine(ctx, f)
	if err != nil {
		return err
	}
	defer engine.Close()
	opt := query.Options{Now: now, Latest: latest, Functions: saved}
	return f.late(ctx, a.answer(ctx, engine, name, text, opt, f.format, f.explain))
}

// late says in plain words that the time was over.
func (f *queryFlags) late(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("the query took longer than %s (--timeout)", f.timeout)
	}
	return err
}

// queryEngine opens what the query runs on.
func (a *app) queryEngine(ctx context.Context, f *queryFlags) (store.Engine, error) {
	if !f.memory && len(f.from) == 0 {
		return f.db.open(ctx, true)
	}
	f.db.path = ""
	engine, err := f.db.open(ctx, false)
	if err != nil {
		return nil, err
	}
	if len(f.from) > 0 {
		if err := a.importPaths(ctx, engine, f.from, &importFlags{capture: f.capture, quiet: true}); err != nil {
			engine.Close()
			return nil, err
		}
	}
	return engine, nil
}

// answer compiles a query, runs it and writes the result.
func (a *app) answer(ctx context.Context, e store.Engine, name, text string, opt query.Options, format string, explain bool) error {
	res, diags, err := query.Compile(ctx, e, text, opt)
	if err != nil {
		return err
	}
	if err := a.report(name, text, diags); err != nil {
		return err
	}
	if explain {
		for _, t := range query.Tables(res) {
			if _, err := fmt.Fprintln(a.out, t.SQL); err != nil {
				return err
			}
		}
		return nil
	}
	if format == "json" && len(res.Tables) > 0 {
		return a.answerJSON(ctx, e, res)
	}
	for i, t := range query.Tables(res) {
		if i > 0 && format != "ndjson" {
			fmt.Fprintln(a.out)
		}
		if t.Name != "" && format == "table" {
			fmt.Fprintf(a.out, "%s:\n", t.Name)
		}
		if err := a.answerTable(ctx, e, res, t, format); err != nil {
			return err
		}
	}
	return nil
}

// answerTable runs a query for one of its tables, and writes that.
func (a *app) answerTable(ctx context.Context, e store.Engine, res *kql.Result, t kql.Table, format string) error {
	start := time.Now()
	rows, err := query.RunTable(ctx, e, res, t)
	if err != nil {
		return err
	}
	defer rows.Close()
	n, err := writeRows(a.out, t.Columns, rows, format)
	if err != nil {
		return err
	}
	if format == "table" {
		what := "rows"
		if n == 1 {
			what = "row"
		}
		fmt.Fprintf(a.out, "%d %s", n, what)
		if n > maxTableRows {
			fmt.Fprintf(a.out, ", the first %d shown (--format csv, json or ndjson gives all)", maxTableRows)
		}
		if terminalWidth(a.out) > 0 {
			fmt.Fprintf(a.out, " in %s", time.Since(start).Round(time.Millisecond))
		}
		fmt.Fprintln(a.out)
	}
	return nil
}

// answerJSON writes the tables of a query that gives several as one object.
func (a *app) answerJSON(ctx context.Context, e store.Engine, res *kql.Result) error {
	var tables []query.Result
	for _, t := range query.Tables(res) {
		rows, err := query.RunTable(ctx, e, res, t)
		if err != nil {
			return err
		}
		defer rows.Close()
		at := len(tables)
		if t.SQL == res.SQL { // the one that stands for the result comes first
			at = 0
		}
		tables = slices.Insert(tables, at, query.Result{Name: t.Name, Columns: t.Columns, Rows: rows})
	}
	_, err := query.WriteJSONTables(a.out, tables)
	return err
}

// report prints diagnostics; errors among them end the command.
func (a *app) report(name, text string, diags diag.List) error {
	if len(diags) == 0 {
		return nil
	}
	if err := diag.Print(a.err, name, text, diags); err != nil {
		return err
	}
	if diags.HasErrors() {
		return errReported
	}
	return nil
}
