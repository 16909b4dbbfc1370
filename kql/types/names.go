package types

import (
	"strconv"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// nameOf returns the name Kusto gives an expression without one, or "".
func (b *binder) nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.Paren:
		return b.nameOf(e.X)
	case *ast.NamedExpr:
		if len(e.Names) > 0 {
			return e.Names[0].Name
		}
	case *ast.Path:
		id, ok := e.Sel.(*ast.Ident)
		if !ok {
			return ""
		}
		if x, ok := e.X.(*ast.Ident); ok && (x.Name == "$left" || x.Name == "$right" || b.row.fields[x.Name] != nil && b.row.graph == nil) {
			return id.Name
		}
		if n := b.nameOf(e.X); n != "" {
			return n + "_" + id.Name
		}
		return ""
	case *ast.Index:
		n := b.nameOf(e.X)
		if n == "" {
			return ""
		}
		if l, ok := ast.Unparen(e.Index).(*ast.Literal); ok {
			switch l.Type {
			case ast.LitString:
				return n + "_" + l.Text
			case ast.LitLong, ast.LitInt:
				return n + "_" + strconv.FormatInt(l.Int, 10)
			}
		}
		return n + "_"
	case *ast.Call:
		return b.callName(e)
	}
	return ""
}

func (b *binder) callName(e *ast.Call) string {
	if e.Fun == nil {
		return ""
	}
	f := b.funcs.Scalar(e.Fun.Name)
	if a := b.funcs.Aggregate(e.Fun.Name); a != nil && (f == nil || b.row.aggs != nil) {
		f = a
	}
	if v := b.scope.find(e.Fun.Name); f == nil || v != nil && v.fun != nil {
		return ""
	}
	arg := ""
	if len(e.Args) > 0 {
		arg = b.nameOf(e.Args[0])
	}
	switch f.Naming {
	case NameFirstArg:
		if f.Name == "column_ifexists" && len(e.Args) > 0 {
			if s, ok := b.constString(e.Args[0]); ok && b.row.find(s) != nil {
				return s
			}
			return ""
		}
		return arg
	case NamePrefix:
		return f.Prefix
	case NamePrefixArgs:
		if len(e.Args) > 1 {
			arg += "_" + b.nameOf(e.Args[1])
		}
		return f.Prefix + "_" + arg
	case NamePrefixArg:
		return f.Prefix + "_" + arg
	}
	return ""
}

// constString binds e quietly and returns its value if it is constant text.
func (b *binder) constString(e ast.Expr) (string, bool) {
	n := len(b.diags)
	x := b.fold(b.scalar(e))
	b.diags = b.diags[:n]
	v, ok := IsConst(x)
	s, isText := v.(string)
	return s, ok && isText
}

// namer gives columns unique names.
type namer struct {
	used    map[string]bool
	unnamed int
	// stated are the names that the query itself gave; no two may be equal.
	stated map[string]bool
	// input are names that columns without one do not take either.
	input []*Column
}

func newNamer(cols []*Column) *namer {
	n := &namer{used: make(map[string]bool, len(cols)+8)}
	for _, c := range cols {
		n.used[c.Name] = true
	}
	return n
}

// unique returns name, with the first free number behind it if it is taken.
func (n *namer) unique(name string) string {
	if !n.used[name] {
		n.used[name] = true
		return name
	}
	for i := 1; ; i++ {
		s := name + strconv.Itoa(i)
		if !n.used[s] {
			n.used[s] = true
			return s
		}
	}
}

// state takes a name that the query gives.  It is numbered like any other where
// an expression without one has it already, and false where the query gave it
// before.
func (n *namer) state(name string) (string, bool) {
	if n.stated[name] {
		return name, false
	}
	s := n.unique(name)
	if s == name {
		if n.stated == nil {
			n.stated = map[string]bool{}
		}
		n.stated[name] = true
	}
	return s, true
}

// column returns Column1, Column2, ...
func (n *namer) column() string {
	for {
		n.unnamed++
		s := "Column" + strconv.Itoa(n.unnamed)
		if !n.used[s] && columnNamed(n.input, s) == nil {
			n.used[s] = true
			return s
		}
	}
}

func declared(d *ast.ColumnDecl) *Column {
	c := &Column{Type: schema.Dynamic}
	if d.Name != nil {
		c.Name = d.Name.Name
	}
	if d.Type != nil {
		c.Type = schema.ParseType(d.Type.Name)
	}
	return c
}
