package complete

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/kql/parser"
)

// scope holds the names that can be used at the cursor.
type scope struct {
	cat Catalog
	end int
	// lets maps the names of let statements to their values.
	lets     map[string]ast.Expr
	letNames []string
	// columns are those of the operator's input, with those of both sides in
	// the condition of a join; left and right are its sides.
	columns     []Column
	left, right []Column
	// depth bounds lets that name each other.
	depth int
}

func newScope(c context, cat Catalog) *scope {
	s := &scope{cat: cat, lets: map[string]ast.Expr{}}
	q, _ := parser.Parse(c.prefix)
	if n := len(c.toks); n > 0 {
		s.end = c.toks[n-1].Span.End
	}
	ast.Walk(q, func(n ast.Node) bool {
		if l, ok := n.(*ast.LetStmt); ok {
			if l.Pos.End < s.end {
				s.lets[l.Name.Name] = l.Value
				s.letNames = append(s.letNames, l.Name.Name)
			}
		}
		if f, ok := n.(*ast.FuncParam); ok && n.Span().End < s.end {
			s.letNames = append(s.letNames, f.Name.Name)
		}
		return true
	})
	slices.Reverse(s.letNames) // the nearest first
	if n := len(q.Statements); n > 0 {
		s.at(q.Statements[n-1], nil)
	}
	return s
}

// at finds the innermost pipeline that reaches the cursor and sets the columns
// that go into its last operator.  input are the columns of an implicit source.
func (s *scope) at(n ast.Node, input []Column) {
	switch n := n.(type) {
	case *ast.Pipe:
		columns := s.table(n.Source, input)
		for _, op := range n.Ops[:len(n.Ops)-1] {
			columns = s.apply(op, columns)
		}
		s.inOperator(n.Ops[len(n.Ops)-1], columns)
		return
	case *ast.OpSource:
		s.inOperator(n.Op, input)
		return
	}
	s.inside(n, input)
}

func (s *scope) inOperator(op ast.Operator, columns []Column) {
	s.columns = columns
	switch op := op.(type) {
	case *ast.Join:
		s.sides(op.Right, columns)
	case *ast.Lookup:
		s.sides(op.Right, columns)
	case *ast.MvApply:
		columns = mvColumns(op.Columns, op.ItemIndex, columns)
	}
	s.inside(op, columns)
}

// sides sets the columns of a join's condition when the cursor is in it.
func (s *scope) sides(right ast.Expr, left []Column) {
	if right.Span().End < s.end {
		s.left, s.right = left, s.table(right, nil)
		s.columns = merge(left, s.right)
	}
}

// inside looks for a pipeline below n that reaches the cursor.
func (s *scope) inside(n ast.Node, input []Column) {
	ast.Children(n, func(c ast.Node) {
		if c.Span().End >= s.end {
			s.at(c, input)
		}
	})
}

const maxLetDepth = 20

// table returns the columns of a tabular expression, nil when not known.
func (s *scope) table(x ast.Expr, input []Column) []Column {
	if s.depth++; s.depth > maxLetDepth {
		s.depth--
		return nil
	}
	defer func() { s.depth-- }()
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if v, ok := s.lets[x.Name]; ok {
			return s.table(v, nil)
		}
		for _, t := range s.cat.Tables() {
			if t.Name == x.Name {
				return t.Columns
			}
		}
	case *ast.Pipe:
		columns := s.table(x.Source, input)
		for _, op := range x.Ops {
			columns = s.apply(op, columns)
		}
		return columns
	case *ast.OpSource:
		return s.apply(x.Op, input)
	case *ast.Path:
		return s.table(x.Sel, nil)
	case *ast.Call:
		if v, ok := s.lets[x.Fun.Name]; ok {
			return s.table(v, nil)
		}
		if (x.Fun.Name == "materialize" || x.Fun.Name == "table") && len(x.Args) > 0 {
			return s.table(x.Args[0], nil)
		}
	case *ast.FuncLit:
		if x.Body != nil && x.Body.Result != nil {
			return s.table(x.Body.Result, nil)
		}
	case *ast.DataTable:
		return declared(x.Columns)
	case *ast.ExternalData:
		return declared(x.Columns)
	case *ast.InlineExternalTable:
		return declared(x.Columns)
	case *ast.Range:
		return []Column{{Name: x.Name.Name}}
	case *ast.Print:
		return named(x.Exprs)
	}
	return nil
}

func declared(list []*ast.ColumnDecl) []Column {
	var out []Column
	for _, c := range list {
		col := Column{Name: c.Name.Name}
		if c.Type != nil {
			col.Type = c.Type.Name
		}
		out = append(out, col)
	}
	return out
}

// apply returns the columns behind an operator.
func (s *scope) apply(op ast.Operator, in []Column) []Column {
	switch o := op.(type) {
	case *ast.Extend:
		return merge(in, named(o.Exprs))
	case *ast.Serialize:
		return merge(in, named(o.Exprs))
	case *ast.Project:
		return project(o, in)
	case *ast.Distinct:
		return keepKnown(selected(o.Exprs, in), in)
	case *ast.Summarize:
		return keepKnown(append(named(o.By), named(o.Aggs)...), in)
	case *ast.MakeSeries:
		out := named(o.By)
		for _, a := range o.Aggs {
			out = append(out, named([]ast.Expr{a.X})...)
		}
		return append(out, named([]ast.Expr{o.On})...)
	case *ast.Count:
		if o.Name != nil {
			return []Column{{Name: o.Name.Name, Type: "long"}}
		}
		return []Column{{Name: "Count", Type: "long"}}
	case *ast.Join:
		switch ast.FindParam(o.Params, "kind").Word() {
		case "leftsemi", "leftanti", "anti", "leftantisemi":
			return in
		case "rightsemi", "rightanti", "rightantisemi":
			return s.table(o.Right, nil)
		}
		return merge(in, s.table(o.Right, nil))
	case *ast.Lookup:
		return merge(in, s.table(o.Right, nil))
	case *ast.Union:
		out := in
		for _, t := range o.Tables {
			out = merge(out, s.table(t, nil))
		}
		return out
	case *ast.MvExpand:
		return mvColumns(o.Columns, o.ItemIndex, in)
	case *ast.MvApply:
		return s.table(o.Body, mvColumns(o.Columns, o.ItemIndex, in))
	case *ast.Parse:
		for _, part := range o.Pattern {
			if part.Column != nil {
				in = merge(in, declared([]*ast.ColumnDecl{part.Column}))
			}
		}
	case *ast.ParseKV:
		return merge(in, declared(o.Columns))
	case *ast.Evaluate:
		if o.Schema != nil && o.Keep {
			return merge(in, declared(o.Schema.Columns))
		}
		if o.Schema != nil {
			return declared(o.Schema.Columns)
		}
	case *ast.GetSchema:
		return []Column{{Name: "ColumnName", Type: "string"}, {Name: "ColumnOrdinal", Type: "int"}, {Name: "DataType", Type: "string"}, {Name: "ColumnType", Type: "string"}}
	}
	return in
}

func mvColumns(list []*ast.MvColumn, index *ast.Ident, in []Column) []Column {
	for _, c := range list {
		in = merge(in, named([]ast.Expr{c.X}))
	}
	if index != nil {
		in = merge(in, []Column{{Name: index.Name, Type: "long"}})
	}
	return in
}

func project(o *ast.Project, in []Column) []Column {
	switch o.Kind {
	case ast.ProjectPlain:
		return keepKnown(named(o.Exprs), in)
	case ast.ProjectKeep:
		return selected(o.Exprs, in)
	case ast.ProjectAway:
		gone := selected(o.Exprs, in)
		return slices.DeleteFunc(slices.Clone(in), func(c Column) bool {
			return slices.ContainsFunc(gone, func(g Column) bool { return g.Name == c.Name })
		})
	case ast.ProjectRename:
		out := slices.Clone(in)
		for _, x := range o.Exprs {
			n, ok := x.(*ast.NamedExpr)
			if !ok {
				continue
			}
			if id, ok := n.X.(*ast.Ident); ok {
				for i := range out {
					if out[i].Name == id.Name {
						out[i].Name = n.Names[0].Name
					}
				}
			}
		}
		return out
	}
	return in
}

// selected returns the columns that names and patterns select.
func selected(list []ast.Expr, in []Column) []Column {
	var out []Column
	for _, x := range list {
		if o, ok := x.(*ast.Ordered); ok {
			x = o.X
		}
		if w, ok := x.(*ast.Wildcard); ok {
			for _, c := range in {
				if matches(w.Pattern, c.Name) {
					out = append(out, c)
				}
			}
			continue
		}
		out = append(out, named([]ast.Expr{x})...)
	}
	return out
}

// matches reports whether a name fits a pattern with stars.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(name, part)
		}
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return name == ""
}

// named returns the columns that expressions give, named as Kusto names them.
func named(list []ast.Expr) []Column {
	var out []Column
	for _, x := range list {
		switch x := x.(type) {
		case *ast.NamedExpr:
			for _, n := range x.Names {
				out = append(out, Column{Name: n.Name})
			}
		default:
			if name := exprName(x); name != "" {
				out = append(out, Column{Name: name})
			}
		}
	}
	return out
}

func exprName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.Ordered:
		return exprName(x.X)
	case *ast.Path:
		return exprName(x.X) + "_" + exprName(x.Sel)
	case *ast.Call:
		arg := ""
		if len(x.Args) > 0 {
			arg = exprName(x.Args[0])
		}
		switch x.Fun.Name {
		case "bin", "floor", "todynamic", "parse_json", "tostring", "tolong", "toint", "todatetime", "take_any", "any":
			if arg != "" {
				return arg
			}
		}
		return x.Fun.Name + "_" + arg
	}
	return ""
}

// keepKnown gives columns the types and texts they have in the input.
func keepKnown(columns, in []Column) []Column {
	for i, c := range columns {
		if c.Type == "" {
			if j := slices.IndexFunc(in, func(k Column) bool { return k.Name == c.Name }); j >= 0 {
				columns[i] = in[j]
			}
		}
	}
	return columns
}

// merge returns a with the columns of b that it does not have.
func merge(a, b []Column) []Column {
	out := slices.Clone(a)
	for _, c := range b {
		if !slices.ContainsFunc(out, func(k Column) bool { return k.Name == c.Name }) {
			out = append(out, c)
		}
	}
	return out
}
