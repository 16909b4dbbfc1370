package rangetest

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/all"
	"wirehunt/internal/capture"
	"wirehunt/internal/pipeline"
)

// weak are the protocols that confirm others too, as in Zeek, and why.
var weak = map[string]struct{ on, why string }{
	"finger": {"", "a question is any line of text; only its port starts it"},
	"redis":  {"pop3", "a command in a line and +OK are POP3 as well"},
}

// TestMatrix puts every analyzer on every port of every capture, alone, and
// wants it to confirm no connection that speaks another protocol.  The
// captures are those of the range, and those below WIREHUNT_CAPTURES where
// that folder is named.
func TestMatrix(t *testing.T) {
	var paths []string
	for _, s := range scenarios {
		paths = append(paths, capturePath(t, s))
	}
	if dir := os.Getenv("WIREHUNT_CAPTURES"); dir != "" {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && (strings.HasSuffix(path, ".pcap") || strings.HasSuffix(path, ".pcapng")) {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range paths {
		right, tcp, udp := servicesOf(t, path, all.Specs())
		for _, s := range all.Specs() {
			if s.Probe == nil && len(s.TCPPorts)+len(s.UDPPorts) == 0 {
				continue // only other analyzers start it
			}
			alone := only(s.Name, tcp, udp)
			got, _, _ := servicesOf(t, path, alone)
			for c, names := range got {
				if w, ok := weak[s.Name]; ok && (w.on == "" || slices.Contains(right[c], w.on)) {
					continue
				}
				if slices.Contains(names, s.Name) && len(right[c]) > 0 && !slices.Contains(right[c], s.Name) {
					t.Errorf("%s: %s confirms %+v, which speaks %v", filepath.Base(path), s.Name, c, right[c])
				}
			}
		}
	}
}

// only returns the protocols with the named one on all the given ports, and
// the others where another analyzer starts them only.
func only(name string, tcp, udp map[int]bool) []*analyzer.Spec {
	var specs []*analyzer.Spec
	for _, s := range all.Specs() {
		c := *s
		onTCP, onUDP := c.TCP || len(c.TCPPorts) > 0, c.UDP || len(c.UDPPorts) > 0
		c.TCPPorts, c.UDPPorts, c.Probe = nil, nil, nil
		if s.Name == name {
			if onTCP {
				c.TCPPorts = portList(tcp)
			}
			if onUDP {
				c.UDPPorts = portList(udp)
			}
		}
		specs = append(specs, &c)
	}
	return specs
}

func portList(m map[int]bool) []uint16 {
	var out []uint16
	for _, p := range slices.Sorted(maps.Keys(m)) {
		out = append(out, uint16(p))
	}
	return out
}

// servicesOf returns the services of each connection of a capture, and the
// responder ports that occur.
func servicesOf(t *testing.T, path string, specs []*analyzer.Spec) (services map[flow][]string, tcp, udp map[int]bool) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{Warn: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r := records{}
	stats, err := pipeline.Run(t.Context(), src, pipeline.Options{Specs: specs, Shards: 1, IgnoreChecksums: true}, r)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if stats.Panics > 0 {
		t.Errorf("%s: %d analyzers failed: %s", path, stats.Panics, stats.Panic)
	}
	type conn struct {
		flow
		Proto   string `json:"proto"`
		Service string `json:"service"`
	}
	services, tcp, udp = map[flow][]string{}, map[int]bool{}, map[int]bool{}
	for _, c := range rows[conn](t, r, "conn") {
		if c.Service != "" {
			services[c.flow] = append(services[c.flow], strings.Split(c.Service, ",")...)
		}
		switch c.Proto {
		case "tcp":
			tcp[c.RespP] = true
		case "udp":
			udp[c.RespP] = true
		}
	}
	return services, tcp, udp
}
