package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
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
	// Known are the files of a rotation that were imported before, and were
	// left out.
	Known []string
	Took  time.Duration
}

// Import imports one file, or the files of one rotation, in one transaction.
func Import(ctx context.Context, e store.Engine, f File, opt Options) (Summary, error) {
	start := time.Now()
	var known []string
	for {
		sum, again, err := importOnce(ctx, e, f, opt)
		sum.File.More, sum.Known = f.More, append(known, sum.Known...)
		if err != nil || again == nil {
			sum.Took = time.Since(start)
			return sum, err
		}
		known, f = sum.Known, *again
	}
}

// importOnce imports f.  Where files of a rotation turn out to be known it
// imports nothing and returns what is left to import.
func importOnce(ctx context.Context, e store.Engine, f File, opt Options) (sum Summary, again *File, err error) {
	sum = Summary{File: f}
	tx, err := e.Begin(ctx)
	if err != nil {
		return sum, nil, err
	}
	defer tx.Rollback()
	files := f.All()
	hashes := make([]*hashing, len(files))
	for i := range files {
		hashes[i] = newHash(ctx, files[i].Path)
		defer hashes[i].stop()
	}
	// A file of a size that was imported: it is worth knowing first.
	sizes := importedSizes(ctx, e)
	if again, err = sum.leaveKnown(tx, files, hashes, func(f File) bool { return f.Path != "-" && sizes[f.Size] }); err != nil || again != nil || sum.Before != "" {
		return sum, again, err
	}
	var pace pace
	defer pace.stop()
	if f.Kind == KindCapture && f.Path != "-" {
		pace.begin()
		for _, h := range hashes {
			h.pace = &pace
		}
	}
	go hashAll(hashes)
	switch f.Kind {
	case KindDefender:
		err = importExport(tx, f, opt, &sum)
	case KindZeek:
		var rows int64
		rows, err = importZeek(ctx, tx, f, opt, &sum)
		if err == nil && rows == 0 && len(sum.Logs) > 0 {
			// Not noted as imported: a later version may know the log.
			return sum, nil, nil
		}
	default:
		err = importCapture(ctx, tx, f, opt, hashes[0].w, &pace, &sum)
	}
	pace.stop()
	if err != nil {
		if len(f.More) == 0 {
			err = fmt.Errorf("%s: %w", name(f.Path), err)
		}
		return sum, nil, err
	}
	// This goes on beside what is left of the hashes.
	if err := tx.Prepare(opt.Devices); err != nil {
		return sum, nil, fmt.Errorf("%s: %w", name(f.Path), err)
	}
	if again, err = sum.leaveKnown(tx, files, hashes, func(File) bool { return true }); err != nil || again != nil || sum.Before != "" {
		return sum, again, err
	}
	src, err := source(files, hashes, opt.Now())
	if err != nil {
		return sum, nil, err
	}
	if err := tx.Commit(&src, opt.Devices); err != nil {
		return sum, nil, fmt.Errorf("%s: %w", name(f.Path), err)
	}
	sum.Rows = src.Rows
	return sum, nil, nil
}

// leaveKnown looks which of the files that are worth a look were imported
// before.  Of a rotation it returns what is left; if nothing is it sets Before.
func (s *Summary) leaveKnown(tx store.Import, files []File, hashes []*hashing, look func(File) bool) (again *File, err error) {
	var left []File
	path, known := "", []string(nil)
	for i, f := range files {
		at := ""
		if look(f) {
			if at, err = before(tx, hashes[i]); err != nil {
				return nil, err
			}
		}
		if at == "" {
			left = append(left, f)
			continue
		}
		path, known = at, append(known, f.Path)
	}
	switch {
	case len(left) == 0:
		s.Before = path
		return nil, nil
	case len(known) == 0:
		return nil, nil
	}
	s.Known = known
	again = &left[0]
	again.More = left[1:]
	return again, nil
}

// source describes what was imported.
func source(files []File, hashes []*hashing, now time.Time) (src store.Source, err error) {
	seen := map[string]bool{}
	for i, f := range files {
		digest, err := hashes[i].wait()
		if err != nil {
			return src, err
		}
		one := store.Source{Path: f.Path, SHA256: digest, Bytes: f.Size, Kind: string(f.Kind), Time: now}
		switch {
		case i == 0:
			src = one
		case !seen[digest]:
			src.Parts = append(src.Parts, one)
		}
		seen[digest] = true
	}
	return src, nil
}

func name(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// importedSizes returns the sizes of the files that were imported before.
func importedSizes(ctx context.Context, e store.Engine) map[int64]bool {
	sizes := map[int64]bool{}
	list, err := e.Imports(ctx)
	if err != nil {
		return sizes // they are looked at after the import
	}
	for _, s := range list {
		sizes[s.Bytes] = true
	}
	return sizes
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

var errEmptyCapture = errors.New("no packets in it")
