package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wirehunt/internal/ingest"
	"wirehunt/internal/pipeline"
)

// localImport are the flags of import that are settings of a server.
var localImport = []string{"db", "memory-limit", "table", "follow", "no-checksums", "shards", "interim", "local-net", "device", "scope"}

// remoteImport is an upload as the server tells of it.
type remoteImport struct {
	ID       string
	State    string
	Error    string
	Before   string
	Rows     map[string]int64
	Unparsed map[string]int64
	Stats    *pipeline.Stats
	Warnings []string
	Seconds  float64
}

func (r *remoteImport) ended() bool { return r.State != "queued" && r.State != "running" }

// upload imports files by the server.
func (a *app) upload(cmd *cobra.Command, paths []string, f *importFlags) error {
	var local error
	cmd.Flags().Visit(func(fl *pflag.Flag) {
		for _, name := range localImport {
			if fl.Name == name {
				local = fmt.Errorf("--%s is a setting of the server: leave it out with --server", name)
			}
		}
	})
	if local != nil {
		return local
	}
	files, err := ingest.Files(paths)
	if err != nil {
		return err
	}
	var all []ingest.File
	for _, file := range files {
		all = append(all, file.All()...)
	}
	failed := 0
	for _, file := range all {
		err := a.uploadFile(cmd.Context(), file, f)
		switch {
		case cmd.Context().Err() != nil:
			return cmd.Context().Err()
		case err != nil && len(all) == 1:
			return err
		case err != nil:
			fmt.Fprintf(a.err, "wirehunt: %v\n", err)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files were not imported", failed, len(all))
	}
	return nil
}

// uploadFile uploads one file, waits until the server has imported it, and
// tells what came of it.
func (a *app) uploadFile(ctx context.Context, file ingest.File, f *importFlags) error {
	client, err := f.server.client()
	if err != nil {
		return err
	}
	name, in := "stdin", a.in
	if file.Path != "-" {
		name = filepath.Base(file.Path)
		open, err := os.Open(file.Path)
		if err != nil {
			return err
		}
		defer open.Close()
		in = open
	}
	bar := newProgress(a.err, ingest.File{Path: file.Path, Size: file.Size}, f.quiet)
	res, err := f.server.do(ctx, client, http.MethodPost, "/api/v1/imports?name="+url.QueryEscape(name), "application/octet-stream", &sent{r: in, bar: bar})
	bar.finish()
	if err != nil {
		return err
	}
	job, err := a.readImport(f, res)
	for tick := 50 * time.Millisecond; err == nil && !job.ended(); tick = min(2*tick, 2*time.Second) {
		select {
		case <-ctx.Done():
			// The upload is ours: end it.
			if res, err := f.server.do(context.WithoutCancel(ctx), client, http.MethodDelete, "/api/v1/imports/"+job.ID, "", nil); err == nil {
				res.Body.Close()
			}
			return ctx.Err()
		case <-time.After(tick):
		}
		if res, err = f.server.do(ctx, client, http.MethodGet, "/api/v1/imports/"+job.ID, "", nil); err == nil {
			job, err = a.readImport(f, res)
		}
	}
	if err != nil {
		return err
	}
	for _, w := range job.Warnings {
		fmt.Fprintf(a.err, "wirehunt: warning: %s: %s\n", file.Path, w)
	}
	switch job.State {
	case "done", "duplicate":
		if !f.quiet {
			printSummary(a.out, ingest.Summary{File: file, Before: job.Before, Rows: job.Rows, Unparsed: job.Unparsed, Stats: job.Stats, Took: time.Duration(job.Seconds * 1e9)})
		}
		return nil
	case "canceled":
		return fmt.Errorf("%s: the import was canceled at the server", file.Path)
	}
	return fmt.Errorf("%s: %s", file.Path, job.Error)
}

func (a *app) readImport(f *importFlags, res *http.Response) (job remoteImport, err error) {
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return job, a.serverFailure(&f.server, "", res)
	}
	if err := json.NewDecoder(res.Body).Decode(&job); err != nil {
		return job, fmt.Errorf("reading the server's reply: %w", err)
	}
	return job, nil
}

// sent moves the progress bar as an upload is read.
type sent struct {
	r   io.Reader
	bar *progress
	n   int64
}

// Read implements io.Reader.
func (s *sent) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.bar.bar != nil {
		s.bar.bar.Set64(s.n)
	}
	return n, err
}
