package types

import (
	"regexp"
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// parse binds parse and parse-where.  The pattern becomes one regular
// expression with a group for each column; a column is what its group took.
func (b *binder) parse(in Node, op *ast.Parse) Node {
	m := &Map{In: in, Columns: slices.Clone(in.Cols())}
	kind := ast.FindParam(op.Params, "kind").Word()
	flags := ast.FindParam(op.Params, "flags").Word()
	var x Expr
	b.withRow(rowOf(in), func() { x = b.text(b.scalar(op.X)) })
	pattern, cols, groups := b.parsePattern(op, kind)
	if kind == "regex" && flags != "" {
		pattern = "(?" + regexFlags(flags) + ")" + pattern
	} else if kind != "regex" {
		pattern = "(?s)" + pattern
	}
	if _, err := regexp.Compile(pattern); err != nil {
		b.diags.Add(CodeBadValue, op.Pos, "'%s' operator: the pattern is not a regular expression: %v", b.op, err)
		return in
	}
	var got []Expr
	var failed []Expr
	for i, c := range cols {
		text := b.group(pattern, groups[i], x)
		v := Expr(text)
		if c.Type != schema.String {
			v = b.cast(text, c.Type)
			if kind != "relaxed" && c.Type != schema.Dynamic {
				failed = append(failed, v)
			}
		}
		got = append(got, v)
	}
	match := Expr(&Call{Fn: b.funcs.Operator("matches regex"), Args: []Expr{x, Str(pattern)}, T: schema.Bool, Sp: op.Pos})
	// In the simple form one column that does not convert makes the whole row
	// a mismatch.
	if len(failed) > 0 {
		all := []Expr{match}
		for _, f := range failed {
			all = append(all, &Call{Fn: b.funcs.Scalar("isnotnull"), Args: []Expr{f}, T: schema.Bool, Sp: op.Pos})
		}
		match = &Call{Fn: b.funcs.Operator("and"), Args: all, T: schema.Bool, Sp: op.Pos}
		for i, v := range got {
			got[i] = &Call{Fn: b.funcs.Scalar("iff"), Args: []Expr{match, v, Null(v.Type())}, T: v.Type(), Sp: op.Pos}
		}
	}
	if op.Where {
		m.In = &Filter{In: in, Pred: match}
	}
	for i, c := range cols {
		out := &Column{Name: c.Name, Type: c.Type}
		m.Defs = append(m.Defs, Def{out, got[i]})
		m.Columns = place(m.Columns, out)
	}
	return m
}

func regexFlags(s string) string {
	out := ""
	for _, c := range s {
		if strings.ContainsRune("imsU", c) && !strings.ContainsRune(out, c) {
			out += string(c)
		}
	}
	if out == "" {
		return "s"
	}
	return out
}

// group is what a group of a pattern took, "" without a match.
func (b *binder) group(pattern string, n int, x Expr) Expr {
	return &Call{Fn: b.funcs.Scalar("extract"), Args: []Expr{Str(pattern), Long(int64(n)), x}, T: schema.String, Sp: x.Span()}
}

// parsePattern writes the pattern as a regular expression and returns the
// columns with the numbers of their groups.  A column takes as little as it
// can up to the text behind it, and all that is left at the end; numbers take
// what reads as a number.  With kind=regex columns are greedy, and the texts
// are regular expressions that can have groups of their own.
func (b *binder) parsePattern(op *ast.Parse, kind string) (pattern string, cols []*Column, groups []int) {
	var p strings.Builder
	regex := kind == "regex"
	if !regex {
		p.WriteString("^")
	}
	group := 0
	for i, part := range op.Pattern {
		last := i == len(op.Pattern)-1
		switch {
		case part.Star:
			p.WriteString(".*?")
		case part.Text != nil:
			s, ok := b.constString(part.Text)
			if !ok {
				b.diags.Add(CodeExpectedConstant, part.Text.Span(), "The expression must be a constant string.")
			}
			if !regex {
				s = regexp.QuoteMeta(s)
			} else if re, err := regexp.Compile(s); err == nil {
				group += re.NumSubexp()
			}
			p.WriteString(s)
		case part.Column != nil:
			c := declared(part.Column)
			if part.Column.Type == nil {
				c.Type = schema.String
			}
			group++
			cols, groups = append(cols, c), append(groups, group)
			k := kind
			if !last && op.Pattern[i+1].Star && c.Type != schema.String {
				k = "" // nothing else says where the value ends
			}
			p.WriteString(columnPattern(c.Type, regex || last, k))
		}
	}
	if !regex && len(op.Pattern) > 0 && !op.Pattern[len(op.Pattern)-1].Star {
		p.WriteString("$")
	}
	return p.String(), cols, groups
}

// columnPattern is the group of a column of a type.
func columnPattern(t schema.Type, greedy bool, kind string) string {
	if kind == "relaxed" {
		t = schema.String // what does not convert is null, not a mismatch
	}
	switch t {
	case schema.Int, schema.Long:
		return `\s*(-?\d+)`
	case schema.Real, schema.Decimal:
		return `\s*(-?[\d.]+(?:[eE][-+]?\d+)?)`
	}
	if greedy {
		return "(.*)"
	}
	return "(.*?)"
}

// parseKV binds parse-kv: each column is the value of the key of its name.
func (b *binder) parseKV(in Node, op *ast.ParseKV) Node {
	m := &Map{In: in, Columns: slices.Clone(in.Cols())}
	var x Expr
	b.withRow(rowOf(in), func() { x = b.text(b.scalar(op.X)) })
	opt := func(name string) string {
		p := ast.FindParam(op.With, name)
		if p == nil {
			return ""
		}
		s, _ := b.constString(p.Value)
		return s
	}
	args := []Expr{x, Str(opt("pair_delimiter")), Str(opt("kv_delimiter")), Str(opt("quote")), Str(opt("escape")),
		Bool(isTrue(ast.FindParam(op.With, "greedy"))), Str(opt("regex"))}
	bag := &Call{Fn: b.funcs.Scalar("parse_kv_bag"), Args: args, T: schema.Dynamic, Sp: op.Pos}
	for _, d := range op.Columns {
		c := declared(d)
		if d.Type == nil {
			c.Type = schema.String
		}
		m.Defs = append(m.Defs, Def{c, b.cast(&Member{X: bag, Key: Str(c.Name), Sp: d.Pos}, c.Type)})
		m.Columns = place(m.Columns, c)
	}
	return m
}
