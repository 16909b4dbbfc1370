package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "wirehunt"

// layers lists packages from the bottom up.  A package may import packages
// of lower layers and of its own prefix only, so data flows one way.  The
// longest prefix counts; "x/*" stands for each folder of x by itself, so that
// siblings may not import each other.
var layers = [][]string{
	{"internal/x"},
	{"schema", "packet", "reassembly", "kql/token", "hunts"},
	{"event", "flow", "pcapfile", "analyzer/wire", "kql/ast", "kql/diag"},
	{"zeeklog", "schema/*", "kql/parser", "kql/format"},
	{"analyzer", "kql/types"},
	{"analyzer/file", "analyzer/x509", "kql/funcs"},
	{"analyzer/*", "kql/plan"},
	{"analyzer/all", "analyzer/analyzertest", "kql/sqlgen", "kql/complete"},
	{"kql"},
	{"kql/kqltest"},
	{"internal/capture", "internal/defender", "internal/geoip"},
	{"internal/pipeline", "internal/store", "internal/x/traffic"},
	{"internal/store/*"},
	{"internal/ingest"},
	{"internal/query"},
	{"internal/obs", "internal/config"},
	{"internal/api", "internal/web"},
	{"internal/bench", "internal/rangetest", "internal/mutate"},
	{"internal/cli"},
	{"cmd/*"},
}

// analysis are the parts that are pure functions of packets or query text.
var analysis = []string{"kql", "packet", "flow", "reassembly", "analyzer", "event", "schema"}

// never lists what those parts may not reach, however indirectly, and why.
var never = map[string]string{
	"net/http":     "analysis talks to nobody",
	"os/exec":      "analysis starts nothing",
	"database/sql": "stores come later in the flow",
	"flag":         "libraries have no flags",
	"log/slog":     "libraries do not log",
	"log":          "libraries do not log",
}

// noOS may not import os themselves; fmt and crypto packages reach it.
var noOS = []string{"kql", "packet", "flow", "reassembly", "analyzer", "event", "schema"}

// drivers may be imported below internal/store only.
var drivers = []string{"github.com/duckdb/duckdb-go/v2"}

type goPackage struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func under(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

func underAny(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return under(path, p) })
}

// rank returns the layer of a package and the prefix that put it there.
func rank(path string) (layer int, prefix string) {
	layer = -1
	best := -1
	for i, l := range layers {
		for _, p := range l {
			dir, each := strings.CutSuffix(p, "/*")
			rest, below := strings.CutPrefix(path, dir+"/")
			name, _, _ := strings.Cut(rest, "/")
			switch {
			case each && below && 2*len(dir)+1 > best:
				layer, prefix, best = i, dir+"/"+name, 2*len(dir)+1
			case !each && under(path, p) && 2*len(p) > best:
				layer, prefix, best = i, p, 2*len(p)
			}
		}
	}
	return layer, prefix
}

// packages lists the module's packages.  go list runs in a child process,
// whose reads the test cache does not see; so every Go file is looked at here
// first, and an edit to any of them runs the test again.
func packages(t *testing.T) []goPackage {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Name,GoFiles,Imports,Deps", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImportsFlowOneWay(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if path == "internal/arch" {
			continue
		}
		from, prefix := rank(path)
		if from < 0 {
			t.Errorf("%s is in no layer: add it to the table", path)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module+"/")
			if !ours {
				continue
			}
			if l, q := rank(to); l > from || l == from && q != prefix {
				t.Errorf("%s (layer %d) imports %s (layer %d)", path, from, to, l)
			}
			public := !under(path, "internal") && !under(path, "cmd")
			if public && under(to, "internal") && !under(to, "internal/x") {
				t.Errorf("%s is public and imports %s", path, to)
			}
		}
	}
}

func TestForbiddenImports(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if underAny(path, analysis) && !strings.HasSuffix(path, "test") {
			for _, d := range p.Deps {
				if why := never[d]; why != "" {
					t.Errorf("%s depends on %s: %s", path, d, why)
				}
			}
		}
		if underAny(path, noOS) && !strings.HasSuffix(path, "test") && slices.Contains(p.Imports, "os") {
			t.Errorf("%s imports os", path)
		}
		for _, d := range drivers {
			if slices.Contains(p.Imports, d) && !under(path, "internal/store") {
				t.Errorf("%s imports the driver %s: only internal/store may", path, d)
			}
		}
		if !under(path, "internal") && !under(path, "cmd") {
			for _, imp := range p.Imports {
				if strings.Contains(strings.Split(imp, "/")[0], ".") && !strings.HasPrefix(imp, "golang.org/x/") && !strings.HasPrefix(imp, "github.com/klauspost/compress") {
					t.Errorf("%s is public and imports %s: the standard library, golang.org/x and the compression library only", path, imp)
				}
			}
		}
	}
}
