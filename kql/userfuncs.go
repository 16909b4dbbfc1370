package kql

import (
	"regexp"
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/diag"
	"wirehunt/kql/funcs"
	"wirehunt/kql/parser"
	"wirehunt/kql/token"
	"wirehunt/kql/types"
)

// UserFunction is a function that somebody has written and saved, which
// queries can call as if they declared it.
type UserFunction struct {
	Name string
	// Doc says what it does, and Folder where it is sorted; both may be empty.
	Doc, Folder string
	// Text is its declaration: let Name = (parameters) { body };
	Text string

	let *ast.LetStmt
}

// Params returns the parameters as they are written: "T: (*)", "n: long = 1".
func (f *UserFunction) Params() []string {
	fun, ok := ast.Unparen(f.let.Value).(*ast.FuncLit)
	if !ok {
		return nil
	}
	var out []string
	for _, p := range fun.Params {
		sp := p.Span()
		out = append(out, strings.Join(strings.Fields(f.Text[sp.Start:sp.End]), " "))
	}
	return out
}

// Signature returns the name with the parameters in parentheses.
func (f *UserFunction) Signature() string { return f.Name + "(" + strings.Join(f.Params(), ", ") + ")" }

// command is how Kusto creates a function.
// https://learn.microsoft.com/kusto/management/create-alter-function
var command = regexp.MustCompile(`(?is)^\s*\.(?:create-or-alter|create|alter)\s+function\s+(?:ifnotexists\s+)?(with\s*\((?:[^()"']|"[^"]*"|'[^']*')*\)\s*)?([A-Za-z_]\w*|\[\s*(?:"[^"]*"|'[^']*')\s*\])\s*\(`)

var plainName = regexp.MustCompile(`^[A-Za-z_]\w*$`)

var property = regexp.MustCompile(`(?is)\b(docstring|folder)\s*=\s*("[^"]*"|'[^']*')`)

// ParseFunctions reads a text that declares functions: let statements, or one
// of Kusto's commands .create-or-alter function.  A text that is a query gives
// one function without parameters, with the name given; without a name that is
// an error.
func ParseFunctions(name, src string) ([]UserFunction, diag.List) {
	doc, folder := "", ""
	if m := command.FindStringSubmatchIndex(src); m != nil {
		for _, p := range property.FindAllStringSubmatch(src[:m[4]], -1) {
			if value := p[2][1 : len(p[2])-1]; strings.EqualFold(p[1], "folder") {
				folder = value
			} else {
				doc = value
			}
		}
		// Blanks for the command keep the places of what follows.
		src = "let" + strings.Repeat(" ", m[4]-3) + src[m[4]:m[5]] + "=" + src[m[5]:]
	} else if strings.HasPrefix(strings.TrimSpace(src), ".") {
		var l diag.List
		l.Add(diag.CodeEmptyQuery, token.At(0), "A function is declared as .create-or-alter function Name(parameters) { body }, or as let Name = (parameters) { body };")
		return nil, l
	}
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		// A text of declarations alone is no query.
		for _, end := range []string{"\nprint 0", "\n;print 0"} {
			if again, more := parser.Parse(src + end); !more.HasErrors() {
				q, diags = again, more
				q.Statements = q.Statements[:len(q.Statements)-1]
				break
			}
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	if slices.ContainsFunc(q.Statements, func(s ast.Stmt) bool { _, ok := s.(*ast.ExprStmt); return ok }) {
		if name == "" {
			diags.Add(diag.CodeEmptyQuery, token.At(0), "The text is a query: give it a name to make it a function.")
			return nil, diags
		}
		text := "let " + quoted(name) + " = () {\n" + strings.TrimRight(strings.TrimSpace(src), ";") + "\n};"
		f, more := ParseFunctions("", text)
		if len(f) == 1 {
			f[0].Doc = firstComment(src)
		}
		return f, append(diags, more...)
	}
	var out []UserFunction
	for _, s := range q.Statements {
		l, ok := s.(*ast.LetStmt)
		if ok && l.Name != nil {
			_, ok = ast.Unparen(l.Value).(*ast.FuncLit)
		}
		if !ok {
			diags.Add(diag.CodeEmptyQuery, s.Span(), "Only functions can be saved: let Name = (parameters) { body };")
			return nil, diags
		}
		sp := s.Span()
		f := UserFunction{Name: l.Name.Name, Doc: doc, Folder: folder, Text: src[sp.Start:sp.End] + ";"}
		if doc == "" {
			f.Doc = commentAbove(src[:sp.Start])
		}
		if sp.Start > 0 { // places are within the function's own text
			one, more := parser.Parse(f.Text + "print 0")
			if more.HasErrors() {
				return nil, more
			}
			l = one.Statements[0].(*ast.LetStmt)
		}
		f.let = l
		out = append(out, f)
	}
	if len(out) == 0 && !diags.HasErrors() {
		diags.Add(diag.CodeEmptyQuery, token.At(0), "There is no function in the text.")
	}
	return out, diags
}

// firstComment returns the comment that a text begins with.
func firstComment(src string) string {
	var lines []string
	for line := range strings.Lines(src) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(text))
	}
	return strings.Join(lines, " ")
}

// commentAbove returns the comment that a text ends with.
func commentAbove(src string) string {
	lines := strings.Split(strings.TrimRight(src, " \t\r\n"), "\n")
	at := len(lines)
	for at > 0 && strings.HasPrefix(strings.TrimSpace(lines[at-1]), "//") {
		at--
	}
	return firstComment(strings.Join(lines[at:], "\n"))
}

func quoted(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// CheckFunction tells what is wrong with a function among others that it may
// call: names that Kusto has already, errors in the body, calls in a circle.
// Spans are places in its text.
func CheckFunction(f UserFunction, opts Options) diag.List {
	var diags diag.List
	c := funcs.All()
	_, known := c.Unsupported(f.Name)
	switch name := f.let.Name; {
	case known || c.Scalar(f.Name) != nil || c.Aggregate(f.Name) != nil:
		diags.Add(types.CodeBadValue, name.Pos, "There is a function of Kusto called '%s'.", f.Name)
	case opts.Catalog != nil && opts.Catalog.Table(f.Name) != nil:
		diags.Add(types.CodeBadValue, name.Pos, "There is a table called '%s'.", f.Name)
	}
	all := slices.DeleteFunc(slices.Clone(opts.Functions), func(o UserFunction) bool { return o.Name == f.Name })
	if circle := circleOf(f, all); circle != "" {
		diags.Add(types.CodeRecursion, f.let.Name.Pos, "The function '%s' calls itself (%s).", f.Name, circle)
		return diags
	}
	opts.Functions = all
	_, more := Check(f.Text+"\nprint 0", opts)
	for _, d := range more {
		if d.Span.Start <= len(f.Text) {
			diags = append(diags, d)
		}
	}
	diags.Sort()
	return diags
}

// circleOf returns a way from a function back to it, or "".
func circleOf(f UserFunction, others []UserFunction) string {
	byName := map[string]*UserFunction{f.Name: &f}
	for i := range others {
		byName[others[i].Name] = &others[i]
	}
	seen := map[string]bool{}
	var walk func(g *UserFunction, way []string) string
	walk = func(g *UserFunction, way []string) string {
		found := ""
		ast.Walk(g.let.Value, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.Call:
				if n.Fun != nil {
					name = n.Fun.Name
				}
			case *ast.Pipe: // a function without parameters may be called without parentheses
				if id, ok := n.Source.(*ast.Ident); ok {
					name = id.Name
				}
			}
			next := byName[name]
			if found != "" || next == nil {
				return found == ""
			}
			if name == f.Name {
				found = strings.Join(append(slices.Clone(way), name), " → ")
			} else if !seen[name] {
				seen[name] = true
				found = walk(next, append(slices.Clone(way), name))
			}
			return found == ""
		})
		return found
	}
	return walk(&f, []string{f.Name})
}

// library are Defender's functions and the user's.
func (o *Options) library() []*ast.LetStmt {
	lets := library()
	if len(o.Functions) == 0 {
		return lets
	}
	lets = slices.Clone(lets)
	for i := range o.Functions {
		lets = append(lets, o.Functions[i].let)
	}
	return lets
}
