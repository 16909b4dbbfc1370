package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/internal/config"
	"wirehunt/kql/token"
	"wirehunt/schema"
)

// clientFlags are the flags of commands that ask a server.
type clientFlags struct{ server, token, cert string }

func (f *clientFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.server, "server", "", "ask the server at `URL` instead of a database")
	c.Flags().StringVar(&f.token, "token", "", "`TOKEN` for the server (default: the environment's "+config.EnvName("token")+")")
	c.Flags().StringVar(&f.cert, "server-cert", "", "trust the server's self-signed certificate in `FILE` (PEM)")
}

// client returns how to talk to the server.
func (f *clientFlags) client() (*http.Client, error) {
	u, err := url.Parse(f.server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("--server %s: want a URL such as https://hunt.example:8443", f.server)
	}
	if f.token == "" {
		f.token = os.Getenv(config.EnvName("token"))
	}
	if f.cert == "" {
		return http.DefaultClient, nil
	}
	pem, err := os.ReadFile(f.cert)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--server-cert %s: no certificate in it", f.cert)
	}
	return &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}

// do sends a request to the server.
func (f *clientFlags) do(ctx context.Context, client *http.Client, method, path, contentType string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(f.server, "/")+path, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if f.token != "" {
		req.Header.Set("Authorization", "Bearer "+f.token)
	}
	return client.Do(req)
}

// serverError is the body of a failure.
type serverError struct {
	Error struct {
		Message     string
		Diagnostics []struct {
			Code, Severity, Message, Hint string
			Line, Column                  int
		}
	}
}

// ask answers a query by the server.
func (a *app) ask(ctx context.Context, f *clientFlags, name, text, now, format string) error {
	client, err := f.client()
	if err != nil {
		return err
	}
	if at, latest, err := parseNow(now); now != "" && !latest && err == nil {
		now = at.Format(time.RFC3339Nano)
	}
	body, err := json.Marshal(map[string]string{"query": text, "now": now})
	if err != nil {
		return err
	}
	res, err := f.do(ctx, client, http.MethodPost, "/api/v1/query", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return a.serverFailure(f, name, res)
	}
	rows := &remoteRows{dec: json.NewDecoder(res.Body)}
	if err := rows.start(); err != nil {
		return fmt.Errorf("reading the server's reply: %w", err)
	}
	n, err := writeRows(a.out, rows.cols, rows, format)
	if err != nil {
		return err
	}
	if format == "table" {
		writeRowCount(a.out, n)
	}
	if rows.end.Stats.Truncated {
		fmt.Fprintf(a.err, "wirehunt: warning: the server gives %d rows; there are more\n", n)
	}
	return nil
}

// writeRowCount ends a table.
func writeRowCount(w io.Writer, n int) {
	what := "rows"
	if n == 1 {
		what = "row"
	}
	fmt.Fprintf(w, "%d %s", n, what)
	if n > maxTableRows {
		fmt.Fprintf(w, ", the first %d shown (--format csv, json or ndjson gives all)", maxTableRows)
	}
	fmt.Fprintln(w)
}

func (a *app) serverFailure(f *clientFlags, name string, res *http.Response) error {
	var e serverError
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || json.Unmarshal(b, &e) != nil || e.Error.Message == "" {
		return fmt.Errorf("%s answers %s: is it a wirehunt server?", f.server, res.Status)
	}
	for _, d := range e.Error.Diagnostics {
		fmt.Fprintf(a.err, "%s:%d:%d: %s %s: %s\n", name, d.Line, d.Column, d.Severity, d.Code, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(a.err, "    hint: %s\n", d.Hint)
		}
	}
	if len(e.Error.Diagnostics) > 0 {
		return errReported
	}
	if res.StatusCode == http.StatusUnauthorized {
		return fmt.Errorf("%s: %s (--token)", f.server, e.Error.Message)
	}
	return fmt.Errorf("%s: %s", f.server, e.Error.Message)
}

// remoteRows are the rows of a reply, read as they come.
type remoteRows struct {
	dec    *json.Decoder
	cols   []schema.Column
	values []any
	err    error
	end    struct {
		Stats struct{ Truncated bool }
		Error *struct{ Message string }
	}
}

// start reads up to the first row.
func (r *remoteRows) start() error {
	var cols []struct{ Name, Type string }
	for _, want := range []json.Token{json.Delim('{'), "schema"} {
		if got, err := r.dec.Token(); err != nil || got != want {
			return errors.Join(fmt.Errorf("%v where %v is expected", got, want), err)
		}
	}
	if err := r.dec.Decode(&cols); err != nil {
		return err
	}
	for _, c := range cols {
		r.cols = append(r.cols, schema.Column{Name: c.Name, Type: schema.ParseType(c.Type)})
	}
	for _, want := range []json.Token{"rows", json.Delim('[')} {
		if got, err := r.dec.Token(); err != nil || got != want {
			return errors.Join(fmt.Errorf("%v where %v is expected", got, want), err)
		}
	}
	r.values = make([]any, len(r.cols))
	return nil
}

// Next implements store.Rows.
func (r *remoteRows) Next() bool {
	if r.err != nil {
		return false
	}
	if !r.dec.More() {
		r.err = r.finish()
		return false
	}
	var cells []json.RawMessage
	if r.err = r.dec.Decode(&cells); r.err != nil {
		return false
	}
	if len(cells) != len(r.cols) {
		r.err = fmt.Errorf("a row has %d values for %d columns", len(cells), len(r.cols))
		return false
	}
	for i, c := range cells {
		if r.values[i], r.err = remoteValue(c, r.cols[i].Type); r.err != nil {
			return false
		}
	}
	return true
}

// Values implements store.Rows.
func (r *remoteRows) Values() []any { return r.values }

// Err implements store.Rows.
func (r *remoteRows) Err() error { return r.err }

// Close implements store.Rows; the body is closed by who opened it.
func (r *remoteRows) Close() error { return nil }

// finish reads what follows the rows.
func (r *remoteRows) finish() error {
	if _, err := r.dec.Token(); err != nil {
		return err
	}
	for r.dec.More() {
		key, err := r.dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := r.dec.Decode(&value); err != nil {
			return err
		}
		switch key {
		case "stats":
			err = json.Unmarshal(value, &r.end.Stats)
		case "error":
			err = json.Unmarshal(value, &r.end.Error)
		}
		if err != nil {
			return err
		}
	}
	if r.end.Error != nil {
		return errors.New(r.end.Error.Message)
	}
	return nil
}

// remoteValue returns a value in the form of store.Rows.
func remoteValue(raw json.RawMessage, t schema.Type) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	var text string
	isText := json.Unmarshal(raw, &text) == nil
	switch t {
	case schema.Bool:
		return string(raw) == "true", nil
	case schema.Int, schema.Long:
		return strconv.ParseInt(string(raw), 10, 64)
	case schema.Real:
		if isText {
			f, ok := map[string]string{"NaN": "NaN", "Infinity": "+Inf", "-Infinity": "-Inf"}[text]
			if !ok {
				return nil, fmt.Errorf("%q is no number", text)
			}
			return strconv.ParseFloat(f, 64)
		}
		return strconv.ParseFloat(string(raw), 64)
	case schema.DateTime, schema.TimeSpan:
		parse := token.ParseDatetime
		if t == schema.TimeSpan {
			parse = token.ParseTimespan
		}
		ticks, ok := parse(text)
		if !ok {
			return nil, fmt.Errorf("%s is no %s", raw, t)
		}
		return ticks, nil
	case schema.Dynamic:
		return string(raw), nil
	}
	if !isText {
		return string(raw), nil
	}
	return text, nil
}
