package rangetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/capture"
	"wirehunt/internal/pipeline"
	"wirehunt/zeeklog"
)

// records are the log records of a capture as JSON lines, by the log's name.
type records map[string]*bytes.Buffer

// Write implements pipeline.Sink.
func (r records) Write(batches ...*event.Batch) error {
	for _, b := range batches {
		if r[b.Log.Name] == nil {
			r[b.Log.Name] = &bytes.Buffer{}
		}
		if err := zeeklog.WriteBatch(r[b.Log.Name], b, zeeklog.Options{JSON: true, Extra: true}); err != nil {
			return err
		}
	}
	return nil
}

// analyse runs the capture of a scenario through all analyzers.
func analyse(t testing.TB, scenario string, shards int) records {
	t.Helper()
	src, err := capture.Open([]string{capturePath(t, scenario)}, capture.Options{
		Warn: func(err error) { t.Errorf("capture of %s: %v", scenario, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r := records{}
	stats, err := pipeline.Run(t.Context(), src, pipeline.Options{Specs: all.Specs(), Shards: shards}, r)
	if err != nil {
		t.Fatal(err)
	}
	if stats.Panics > 0 {
		t.Errorf("%s: %d analyzers failed: %s", scenario, stats.Panics, stats.Panic)
	}
	return r
}

// rows decodes the records of a log into structs whose JSON names are Zeek's
// field names.
func rows[T any](t testing.TB, r records, log string) []T {
	t.Helper()
	if r[log] == nil {
		return nil
	}
	var out []T
	for line := range strings.Lines(r[log].String()) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s.log: %v in %s", log, err, line)
		}
		out = append(out, v)
	}
	return out
}

// sameRows fails t unless got and want hold the same rows, in any order.
func sameRows[T any](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s: there are no facts to compare with", what)
	}
	count := map[string]int{}
	for _, v := range want {
		count[text(v)]++
	}
	for _, v := range got {
		count[text(v)]--
	}
	for _, s := range slices.Sorted(maps.Keys(count)) {
		switch n := count[s]; {
		case n > 0:
			t.Errorf("%s: missing %d x %s", what, n, s)
		case n < 0:
			t.Errorf("%s: not in the truth %d x %s", what, -n, s)
		}
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

// flow names a connection as Zeek's logs do.
type flow struct {
	OrigH string `json:"id.orig_h"`
	OrigP int    `json:"id.orig_p"`
	RespH string `json:"id.resp_h"`
	RespP int    `json:"id.resp_p"`
}

// ends names a connection as the facts do.
type ends struct {
	Client     string `json:"client"`
	ClientPort int    `json:"client_port"`
	Server     string `json:"server"`
	ServerPort int    `json:"server_port"`
}

func (e ends) flow() flow { return flow{e.Client, e.ClientPort, e.Server, e.ServerPort} }

// sameServices fails t unless the connections for which conn.log names a
// service are exactly those of the facts.
func sameServices(t testing.TB, r records, service string, want []ends) {
	t.Helper()
	var got, facts []flow
	for _, c := range rows[struct {
		flow
		Service string `json:"service"`
	}](t, r, "conn") {
		if slices.Contains(strings.Split(c.Service, ","), service) {
			got = append(got, c.flow)
		}
	}
	seen := map[flow]bool{}
	for _, e := range want {
		if f := e.flow(); !seen[f] {
			seen[f] = true
			facts = append(facts, f)
		}
	}
	sameRows(t, "connections of "+service, got, facts)
}

// TestShards checks that the records do not depend on how the work is spread.
func TestShards(t *testing.T) {
	for _, s := range scenarios {
		one, four := analyse(t, s, 1), analyse(t, s, 4)
		if !slices.Equal(slices.Sorted(maps.Keys(one)), slices.Sorted(maps.Keys(four))) {
			t.Errorf("%s: logs %v with one shard, %v with four", s, slices.Sorted(maps.Keys(one)), slices.Sorted(maps.Keys(four)))
			continue
		}
		for name, b := range one {
			if !bytes.Equal(b.Bytes(), four[name].Bytes()) {
				t.Errorf("%s: %s.log differs between one shard and four", s, name)
			}
		}
	}
}
