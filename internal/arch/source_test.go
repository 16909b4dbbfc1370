package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 800
	maxFunctionLines = 120
	maxPackageFiles  = 40
)

// exempt lists what may be larger, and why.
var exempt = map[string]string{}

func TestSource(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if len(p.GoFiles) > maxPackageFiles && exempt[path] == "" {
			t.Errorf("%s has %d files, more than %d", path, len(p.GoFiles), maxPackageFiles)
		}
		docs := 0
		for _, name := range p.GoFiles {
			docs += checkFile(t, path+"/"+name, filepath.Join(p.Dir, name), p.Name)
		}
		if docs != 1 && len(p.GoFiles) > 0 {
			t.Errorf("%s has %d package comments, want one", path, docs)
		}
	}
}

func checkFile(t *testing.T, name, path, pkg string) (docs int) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if ast.IsGenerated(f) {
		return 0
	}
	if n := strings.Count(string(src), "\n"); n > maxFileLines && exempt[name] == "" {
		t.Errorf("%s has %d lines, more than %d", name, n, maxFileLines)
	}
	if f.Doc != nil {
		docs = 1
		text := f.Doc.Text()
		if pkg == "main" {
			if !strings.HasPrefix(text, "Command ") && !strings.HasPrefix(text, "Wirehunt ") {
				t.Errorf("%s: the comment of a program starts with Command", name)
			}
		} else if !strings.HasPrefix(text, "Package "+pkg+" ") {
			t.Errorf("%s: the package comment does not start with %q", name, "Package "+pkg)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			lines := fset.Position(d.End()).Line - fset.Position(d.Pos()).Line
			if lines > maxFunctionLines && !isList(d) && exempt[name+":"+d.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, more than %d", name, d.Name.Name, lines, maxFunctionLines)
			}
			if d.Name.Name == "init" && d.Recv == nil {
				t.Errorf("%s: has an init function", name)
			}
			if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d)) && pkg != "main" {
				t.Errorf("%s: %s has no comment", name, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() && ts.Doc == nil && d.Doc == nil {
					t.Errorf("%s: type %s has no comment", name, ts.Name.Name)
				}
			}
		}
	}
	return docs
}

// isList reports whether the function does nothing but return a literal: a
// list of declarations may be long.
func isList(d *ast.FuncDecl) bool {
	if d.Body == nil || len(d.Body.List) != 1 {
		return false
	}
	r, ok := d.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return false
	}
	_, ok = r.Results[0].(*ast.CompositeLit)
	return ok
}

// exportedReceiver reports whether the method belongs to an exported type;
// methods that implement an interface on unexported ones need no comment.
func exportedReceiver(d *ast.FuncDecl) bool {
	x := d.Recv.List[0].Type
	for {
		switch v := x.(type) {
		case *ast.StarExpr:
			x = v.X
		case *ast.IndexExpr:
			x = v.X
		case *ast.Ident:
			return v.IsExported()
		default:
			return false
		}
	}
}

// TestDependencies checks that docs/dependencies.md explains each module that
// the program uses directly, and no other.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{if and (not .Main) (not .Indirect)}}{{.Path}}{{end}}", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(out))
	doc, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(string(doc), "\n") {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(rest, "`")
			got = append(got, name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("docs/dependencies.md lists\n%s\ngo.mod requires directly\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
