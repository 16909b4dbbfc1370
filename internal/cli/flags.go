package cli

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/analyzer"
	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/defender"
	"wirehunt/internal/pipeline"
	"wirehunt/internal/store/duckdb"
)

const defaultDB = "wirehunt.db"

// logs returns the logs of all analyzers.
func logs() []*event.Log { return all.Logs() }

// dbFlags are the flags of commands that use a database.
type dbFlags struct {
	path   string
	memory int64 // MiB
	// appendMemory is duckdb.Options.AppendMemory, in bytes.
	appendMemory int64
	queryFiles
}

func (f *dbFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.path, "db", defaultDB, "database `FILE`")
	c.Flags().Int64Var(&f.memory, "memory-limit", 4096, "memory that the database may take, in `MiB`")
	c.MarkFlagFilename("db")
}

func (f *dbFlags) open(ctx context.Context, readOnly bool) (*duckdb.DB, error) {
	host, err := f.host()
	if err != nil {
		return nil, err
	}
	db, err := duckdb.Open(ctx, duckdb.Options{Path: f.path, ReadOnly: readOnly, MemoryLimit: f.memory << 20, AppendMemory: f.appendMemory, Logs: logs(), Host: host})
	return db, servedAt(f.path, err)
}

// captureFlags are the flags of commands that read captures.
type captureFlags struct {
	noChecksums bool
	shards      int
	localNets   []string
	devices     []string
	scope       string
	interim     time.Duration
}

func (f *captureFlags) add(c *cobra.Command) {
	c.Flags().BoolVarP(&f.noChecksums, "no-checksums", "C", false, "do not drop packets with wrong checksums, as Zeek's -C")
	c.Flags().IntVar(&f.shards, "shards", 0, "analyse in `N` parallel shards (default: one a core)")
	c.Flags().DurationVar(&f.interim, "interim", 0, "tell of connections that last also in the midst of them, every `INTERVAL` of packet time (5m), in the log conn_interim (default: never)")
	c.Flags().StringSliceVar(&f.localNets, "local-net", nil, "networks whose hosts are devices, `CIDR,...` (default: private, link-local, loopback and unique-local)")
}

func (f *captureFlags) addDevices(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.devices, "device", nil, "name a device by its addresses, `NAME=IP,...`; may be repeated")
	c.Flags().StringVar(&f.scope, "scope", "", "`NAME` of the site, which keeps its devices apart from those of other sites with the same addresses")
}

func (f *captureFlags) nets() ([]netip.Prefix, error) {
	if len(f.localNets) == 0 {
		return defender.DefaultLocalNets, nil
	}
	var nets []netip.Prefix
	for _, s := range f.localNets {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, aerr := netip.ParseAddr(s)
			if aerr != nil {
				return nil, fmt.Errorf("--local-net %s: want a network such as 10.0.0.0/8", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		nets = append(nets, p.Masked())
	}
	return nets, nil
}

// pipeline returns how packets are to be analysed.
func (f *captureFlags) pipeline() (pipeline.Options, error) {
	opt := pipeline.Options{Specs: all.Specs(), Shards: f.shards, IgnoreChecksums: f.noChecksums, Interim: f.interim}
	if f.shards < 0 {
		return opt, fmt.Errorf("--shards %d: want 1 or more", f.shards)
	}
	if f.interim != 0 && f.interim < time.Second {
		return opt, fmt.Errorf("--interim %s: want 1s or more", f.interim)
	}
	if len(f.localNets) == 0 {
		return opt, nil // Zeek's own idea of local, which has more than the devices' networks
	}
	nets, err := f.nets()
	for _, n := range nets {
		opt.LocalNets = append(opt.LocalNets, analyzer.NetFrom(n))
	}
	return opt, err
}

func (f *captureFlags) newDevices() (*defender.Devices, error) {
	nets, err := f.nets()
	if err != nil {
		return nil, err
	}
	d := defender.NewDevices(f.scope, nets)
	for _, s := range f.devices {
		name, list, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--device %s: want NAME=IP,...", s)
		}
		for _, a := range strings.Split(list, ",") {
			addr, err := netip.ParseAddr(strings.TrimSpace(a))
			if err != nil {
				return nil, fmt.Errorf("--device %s: %q is no address", s, a)
			}
			d.AddNamed(name, addr)
		}
	}
	return d, nil
}

// parseNow reads the value of --now: a time, or "latest", or "".
func parseNow(s string) (now time.Time, latest bool, err error) {
	switch s {
	case "":
		return time.Now().UTC(), false, nil
	case "latest":
		return time.Time{}, true, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), false, nil
		}
	}
	return time.Time{}, false, fmt.Errorf("--now %s: want a time such as 2026-01-31T12:00:00Z, or latest for the newest event", s)
}
