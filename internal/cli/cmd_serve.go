package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wirehunt/internal/api"
	"wirehunt/internal/api/token"
	"wirehunt/internal/config"
	"wirehunt/internal/defender"
	"wirehunt/internal/store"
	"wirehunt/internal/web"
)

type serveFlags struct {
	db       dbFlags
	capture  captureFlags
	tls      tlsFlags
	listen   string
	tokens   string
	insecure bool
	config   string
	print    bool
	audit    string
	logs     string
	temp     string
	latest   bool
	limits   api.Limits
	retain   retainFlags
}

func serveCommand(a *app) *cobra.Command {
	f := &serveFlags{limits: api.DefaultLimits()}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the portal and the APIs",
		Long: `Serve opens the database and answers the portal and the query APIs of Defender,
Microsoft Graph and Kusto over HTTP.  Clients send a token that wirehunt token
made; the portal signs in with one.  With --insecure-local anybody on this machine
may do everything without.  An address that other machines reach needs TLS and a
token.

Settings come from flags, then from the environment (WIREHUNT_LISTEN is --listen),
then from the file given with --config, lines of NAME = VALUE; --print-config
writes one.`,
		Example: `  wirehunt serve --insecure-local
  wirehunt token create ann --role hunter && wirehunt serve
  wirehunt serve --listen 0.0.0.0:8443 --tls-cert hunt.crt --tls-key hunt.key
  wirehunt serve --print-config > wirehunt.conf`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.print {
				return config.Sample(a.out, cmd.LocalFlags())
			}
			if err := f.configure(cmd.LocalFlags(), os.Environ()); err != nil {
				return err
			}
			return a.serve(cmd.Context(), f)
		},
	}
	f.db.add(c)
	f.db.addQuery(c)
	f.tls.add(c)
	fl := c.Flags()
	fl.StringVar(&f.listen, "listen", "127.0.0.1:8443", "listen on `ADDRESS:PORT`")
	fl.StringVar(&f.tokens, "tokens", "", "`FILE` of the tokens (default: the database's name with .tokens)")
	fl.BoolVar(&f.insecure, "insecure-local", false, "let every program of this machine do everything without a token")
	fl.StringVar(&f.config, "config", "", "read settings from `FILE`")
	fl.BoolVar(&f.print, "print-config", false, "write a file of all settings and end")
	fl.StringVar(&f.audit, "audit-log", "", "append a record per query and sign-in to `FILE` (default: the log)")
	fl.StringVar(&f.logs, "log-format", "text", "`FORMAT` of the log on standard error: text or json")
	fl.StringVar(&f.temp, "temp-dir", "", "`DIRECTORY` of uploads and large results (default: that of the database)")
	fl.BoolVar(&f.latest, "now-latest", false, "let now() in queries be the time of the newest event")
	fl.Int64Var(&f.limits.Rows, "max-rows", f.limits.Rows, "most `ROWS` of a result")
	fl.Int64Var(&f.limits.Bytes, "max-bytes", f.limits.Bytes, "most `BYTES` of a result")
	fl.DurationVar(&f.limits.Timeout, "query-timeout", f.limits.Timeout, "end queries after `DURATION`")
	fl.IntVar(&f.limits.Queries, "max-queries", f.limits.Queries, "`NUMBER` of queries that may run at the same time")
	fl.IntVar(&f.limits.PerMinute, "queries-per-minute", f.limits.PerMinute, "`NUMBER` of queries that a token may start in a minute; 0: any")
	fl.Int64Var(&f.limits.Upload, "max-upload", f.limits.Upload, "most `BYTES` of an uploaded file")
	f.retain.add(c)
	fl.Var(&f.retain.every, "retention-every", "look for old rows every `SPAN`")
	f.capture.add(c)
	f.capture.addDevices(c)
	c.MarkFlagFilename("config")
	return c
}

// configure gives flags that the command line has not set the values of the
// environment and of the configuration file.
func (f *serveFlags) configure(fl *pflag.FlagSet, environ []string) error {
	if err := config.FromEnv(fl, environ); err != nil {
		return err
	}
	if f.config == "" {
		return nil
	}
	file, err := os.Open(f.config)
	if err != nil {
		return err
	}
	defer file.Close()
	return config.FromFile(fl, f.config, file)
}

// loopback reports whether only this machine reaches an address.
func loopback(listen string) (bool, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false, fmt.Errorf("--listen %s: want ADDRESS:PORT", listen)
	}
	if host == "localhost" {
		return true, nil
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback(), nil
}

// check refuses settings that would let others in unasked.
func (f *serveFlags) check(tokens *token.File) error {
	local, err := loopback(f.listen)
	if err != nil {
		return err
	}
	list, err := tokens.List()
	switch {
	case err != nil:
		return err
	case f.insecure && !local:
		return fmt.Errorf("--insecure-local is for loopback only, and other machines reach %s", f.listen)
	case !local && !f.tls.on():
		return fmt.Errorf("other machines reach %s: give --tls-cert and --tls-key, or --tls-self-signed", f.listen)
	case !local && len(list) == 0:
		return fmt.Errorf("other machines reach %s and there is no token: make one first (wirehunt token create NAME --db %s)", f.listen, f.db.path)
	case f.logs != "text" && f.logs != "json":
		return fmt.Errorf("unknown --log-format %q: want text or json", f.logs)
	case f.limits.Rows < 1 || f.limits.Bytes < 1 || f.limits.Queries < 1 || f.limits.Upload < 1 || f.limits.Timeout <= 0 || f.limits.PerMinute < 0:
		return errors.New("limits must be more than 0")
	}
	return f.retain.check()
}

func (a *app) serve(ctx context.Context, f *serveFlags) error {
	tokens := token.Open((&tokenFlags{f.db.path, f.tokens}).path())
	if err := f.check(tokens); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(a.err, nil))
	if f.logs == "json" {
		log = slog.New(slog.NewJSONHandler(a.err, nil))
	}
	audit := log
	if f.audit != "" {
		file, err := os.OpenFile(f.audit, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
		audit = slog.New(slog.NewJSONHandler(file, nil))
	}
	opt := api.Options{
		Limits: f.limits, TLS: f.tls.on(), Web: web.FS(), Log: log, Audit: audit, Clock: time.Now, Version: a.version,
		NowLatest: f.latest, Retention: f.retain.options(), Devices: f.capture.newDevices, Tables: defender.Tables(logs(), nil),
	}
	if !f.insecure {
		opt.Tokens = tokens
	}
	var err error
	if opt.Pipeline, err = f.capture.pipeline(); err != nil {
		return err
	}
	if _, err := f.capture.newDevices(); err != nil {
		return err
	}
	certs, err := f.tls.config(f.db.path, f.listen)
	if err != nil {
		return err
	}
	saved, err := f.db.saved()
	if err != nil {
		return err
	}
	db, err := f.db.open(ctx, false)
	if err != nil {
		return err
	}
	defer db.Close()
	// The database is ours now, and what an earlier server left behind, too.
	if opt.TempDir, err = f.workDir(); err != nil {
		return err
	}
	defer os.RemoveAll(opt.TempDir)
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", f.listen, errors.Unwrap(err))
	}
	opt.Store = library{db, saved}
	server := api.New(opt)
	defer server.Close()
	hs := &http.Server{
		Handler: server, TLSConfig: certs, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	hs.RegisterOnShutdown(server.Close) // ends those who watch an upload
	url := "http://" + listener.Addr().String()
	if f.tls.on() {
		url = "https://" + listener.Addr().String()
	}
	defer noteServer(f.db.path, url)()
	fmt.Fprintf(a.out, "wirehunt serves %s at %s\n", f.db.path, url)
	if f.tls.selfSigned {
		fmt.Fprintf(a.out, "SHA-256 of its certificate: %s\n", fingerprint(certs))
	}
	if list, err := tokens.List(); err == nil && len(list) == 0 && !f.insecure {
		fmt.Fprintf(a.out, "There is no token yet: make one with wirehunt token create NAME --db %s\n", f.db.path)
	}
	return serveUntil(ctx, hs, listener, f.tls.on())
}

// workDir makes the directory of uploads and large results, empty.
func (f *serveFlags) workDir() (string, error) {
	dir := f.db.path + ".work"
	if f.temp != "" {
		dir = filepath.Join(f.temp, filepath.Base(dir))
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

const stopTime = 10 * time.Second

// serveUntil serves until ctx ends; running requests get stopTime to finish.
func serveUntil(ctx context.Context, hs *http.Server, l net.Listener, tls bool) error {
	failed := make(chan error, 1)
	go func() {
		if tls {
			failed <- hs.ServeTLS(l, "", "")
		} else {
			failed <- hs.Serve(l)
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := hs.Shutdown(stop); err != nil {
		return hs.Close()
	}
	return nil
}

func serverFile(db string) string { return db + ".server" }

// noteServer leaves a note for other commands of where the database is
// served, and returns what removes it.
func noteServer(db, url string) func() {
	if os.WriteFile(serverFile(db), []byte(url+"\n"), 0o644) != nil {
		return func() {}
	}
	return func() { os.Remove(serverFile(db)) }
}

// servedAt tells, after a database could not be opened because it is in use,
// that a server has it.
func servedAt(db string, err error) error {
	if !errors.Is(err, store.ErrBusy) {
		return err
	}
	file, ferr := os.Open(serverFile(db))
	if ferr != nil {
		return err
	}
	defer file.Close()
	url, ferr := io.ReadAll(io.LimitReader(file, 300))
	if ferr != nil {
		return err
	}
	return &servedError{db: db, url: strings.TrimSpace(string(url)), err: err}
}

type servedError struct {
	db, url string
	err     error
}

func (e *servedError) Error() string {
	return fmt.Sprintf("%s is in use by the server at %s: ask it (--server %s), or stop it", e.db, e.url, e.url)
}

func (e *servedError) Unwrap() error { return e.err }
