package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"wirehunt/internal/defender"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// Options says how files are imported.
type Options struct {
	// Devices tells which addresses are devices.
	Devices *defender.Devices
	// Pipeline is how packets are analysed.
	Pipeline pipeline.Options
	// Table is what rows are of that do not say it themselves.
	Table string
	// Now gives the time of the import.
	Now func() time.Time
	// Stdin is what "-" stands for.
	Stdin io.Reader
	// Progress is called now and then during the import of a file, from
	// another goroutine; nil for none.
	Progress func(Progress)
}

// Progress is how far the import of a file is.
type Progress struct {
	Read, Total int64 // bytes of the input; Total 0 where not known
	Packets     uint64
	Records     int64 // of Zeek's logs
}

// Summary is what came of one file.
type Summary struct {
	File File
	// Rows counts the rows stored, by ActionType, and by table where rows
	// have none.
	Rows map[string]int64
	// Stats are the counters of the packet pipeline, for captures.
	Stats *pipeline.Stats
	// Unparsed counts what an export or a log held that became no row or
	// value, by reason.
	Unparsed map[string]int64
	// Logs counts the records of those of Zeek's logs that have no table, by
	// name; Columns are the columns of logs that have none ("conn.vlan").
	Logs    map[string]int64
	Columns []string
	// Warnings are for the user to read: a capture that ends in the middle.
	Warnings []string
	// Before is the path under which the same content was imported before;
	// then nothing else is set.
	Before string
	Took   time.Duration
}

// Import imports one file in one transaction.
func Import(ctx context.Context, e store.Engine, f File, opt Options) (Summary, error) {
	sum := Summary{File: f}
	start := time.Now()
	tx, err := e.Begin(ctx)
	if err != nil {
		return sum, err
	}
	defer tx.Rollback()
	hash := startHash(ctx, f.Path)
	defer hash.stop()
	if f.Path != "-" && known(ctx, e, f.Size) {
		// A file of that size was imported: it is worth knowing first.
		if sum.Before, err = before(tx, hash); err != nil || sum.Before != "" {
			return sum, err
		}
	}
	switch f.Kind {
	case KindDefender:
		err = importExport(tx, f, opt, &sum)
	case KindZeek:
		var rows int64
		rows, err = importZeek(ctx, tx, f, opt, &sum)
		if err == nil && rows == 0 && len(sum.Logs) > 0 {
			// Not noted as imported: a later version may know the log.
			sum.Took = time.Since(start)
			return sum, nil
		}
	default:
		err = importCapture(ctx, tx, f, opt, hash, &sum)
	}
	if err != nil {
		return sum, fmt.Errorf("%s: %w", name(f.Path), err)
	}
	if sum.Before, err = before(tx, hash); err != nil || sum.Before != "" {
		return sum, err
	}
	digest, err := hash.wait()
	if err != nil {
		return sum, err
	}
	src := store.Source{Path: f.Path, SHA256: digest, Bytes: f.Size, Kind: string(f.Kind), Time: opt.Now()}
	if err := tx.Commit(&src, opt.Devices); err != nil {
		return sum, fmt.Errorf("%s: %w", name(f.Path), err)
	}
	sum.Rows = src.Rows
	sum.Took = time.Since(start)
	return sum, nil
}

func name(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// known reports whether a file of that size was imported before.
func known(ctx context.Context, e store.Engine, size int64) bool {
	list, err := e.Imports(ctx)
	if err != nil {
		return false
	}
	for _, s := range list {
		if s.Bytes == size {
			return true
		}
	}
	return false
}

func before(tx store.Import, h *hashing) (string, error) {
	digest, err := h.wait()
	if err != nil {
		return "", err
	}
	path, ok, err := tx.Imported(digest)
	if ok && path == "" {
		path = "another file"
	}
	return path, err
}

func importExport(tx store.Import, f File, opt Options, sum *Summary) error {
	r, err := open(f.Path)
	if err != nil {
		return describe(err)
	}
	defer r.Close()
	ex := newExport(opt.Table, func(t *schema.Table, values []any) error {
		learnDevice(t, values, opt.Devices)
		return tx.AppendTable(t, values)
	})
	err = ex.read(r)
	sum.Unparsed = ex.unparsed
	return err
}

// learnDevice notes what rows tell of devices: DeviceInfo the name, and
// DeviceNetworkInfo the addresses.
func learnDevice(t *schema.Table, values []any, d *defender.Devices) {
	get := func(column string) string {
		for i := range t.Columns {
			if t.Columns[i].Name == column {
				s, _ := values[i].(string)
				return s
			}
		}
		return ""
	}
	id := get("DeviceId")
	if id == "" {
		return
	}
	switch t.Name {
	case "DeviceInfo":
		d.Add(id, get("DeviceName"))
	case "DeviceNetworkInfo":
		var list []struct{ IPAddress string }
		if json.Unmarshal([]byte(get("IPAddresses")), &list) != nil {
			return
		}
		for _, a := range list {
			if addr, err := netip.ParseAddr(a.IPAddress); err == nil && !addr.IsLoopback() && !addr.IsLinkLocalUnicast() {
				d.Add(id, get("DeviceName"), addr)
			}
		}
	}
}

// hashing is the SHA-256 of a file, computed beside its import.
type hashing struct {
	cancel context.CancelFunc
	done   chan struct{}
	digest string
	err    error
	w      io.Writer // for standard input: what is read is written here
	sum    func() string
}

// startHash starts to hash the file; for standard input the import itself
// writes what it reads to w.
func startHash(ctx context.Context, path string) *hashing {
	ctx, cancel := context.WithCancel(ctx)
	h := &hashing{cancel: cancel, done: make(chan struct{})}
	s := sha256.New()
	h.sum = func() string { return hex.EncodeToString(s.Sum(nil)) }
	if path == "-" {
		h.w = s
		close(h.done)
		return h
	}
	go func() {
		defer close(h.done)
		f, err := os.Open(path)
		if err != nil {
			h.err = describe(err)
			return
		}
		defer f.Close()
		_, h.err = io.CopyBuffer(s, &ctxReader{ctx, f}, make([]byte, 1<<18))
	}()
	return h
}

func (h *hashing) wait() (string, error) {
	<-h.done
	if h.err != nil {
		return "", h.err
	}
	if h.digest == "" {
		h.digest = h.sum()
	}
	return h.digest, nil
}

func (h *hashing) stop() {
	h.cancel()
	<-h.done
}

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

var errEmptyCapture = errors.New("no packets in it")
