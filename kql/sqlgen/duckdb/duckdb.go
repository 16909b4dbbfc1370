// Package duckdb writes plans as SQL for DuckDB.
//
// Values have the physical forms that package schema lists.  An expression of
// type string is never null in the SQL that this package writes; a dynamic is
// JSON text, and its null is SQL's null.
//
// What SQL cannot express calls functions that the host registers: kql_bool,
// kql_long, kql_real and kql_text; see funcs.Invoke.
package duckdb

import (
	"strconv"
	"strings"

	"wirehunt/kql/plan"
	"wirehunt/kql/sqlgen"
	"wirehunt/kql/types"
	"wirehunt/schema"
)

// SQL writes a query.  The columns of the result are those of q.Columns, in
// order, in their physical forms.
func SQL(q *plan.Query) string {
	g := &gen{names: sqlgen.NewNames(), tables: map[*plan.Shared]string{}, aliased: map[*types.Column]bool{}, read: map[plan.From]bool{}}
	var b strings.Builder
	for i, s := range q.Shared {
		if i == 0 {
			b.WriteString("WITH ")
		} else {
			b.WriteString(",\n")
		}
		name := sqlgen.Quote(g.names.Fresh(s.Name))
		g.tables[s] = name
		b.WriteString(name + " AS MATERIALIZED (\n" + g.query(s.Select, 1) + "\n)")
	}
	if len(q.Shared) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(g.query(q.Root, 0))
	return b.String()
}

// gen writes one query.
type gen struct {
	names  *sqlgen.Names
	tables map[*plan.Shared]string
	// aliased are the columns whose identifier another column shares, and
	// read is where they come from.
	aliased map[*types.Column]bool
	read    map[plan.From]bool
	// scope is the SELECT being written.
	scan  *plan.Scan
	alias string
	order string
	over  string
	// unordered says that the rows of the SELECT come in no fixed order.
	unordered bool
	// naked is a nullable column to be written without its null guard.
	naked *types.Column
}

func indent(n int) string { return strings.Repeat("  ", n) }

// query writes a SELECT with all its clauses.
func (g *gen) query(s *plan.Select, depth int) string { return g.selectSQL(s, depth, true) }

// selectSQL writes a SELECT, with the names of its columns or without: of the
// SELECTs of a union the first one names and types them, and SQL that is to be
// read by the database is better short.
func (g *gen) selectSQL(s *plan.Select, depth int, named bool) string {
	saved := *g
	defer func() {
		g.scan, g.alias, g.order, g.over, g.unordered = saved.scan, saved.alias, saved.order, saved.over, saved.unordered
	}()
	g.scan, g.order, g.over = nil, "", ""
	from := g.from(s.From, depth)
	g.unordered = s.Unordered
	if len(s.AggOrder) > 0 {
		g.order = " ORDER BY " + g.keys(s.AggOrder)
	}
	if s.WindowOrder != nil {
		g.over = "ORDER BY " + g.keys(s.WindowOrder)
	}
	var b strings.Builder
	in := indent(depth)
	b.WriteString(in + "SELECT ")
	if len(s.DistinctOn) > 0 {
		b.WriteString("DISTINCT ON (")
		for i, k := range s.DistinctOn {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(g.Expr(k))
		}
		b.WriteString(") ")
	}
	switch {
	case len(s.Out) > 0:
	case s.Grouped && s.Keys == 0:
		b.WriteString("count(*) AS one") // one row, also of none
	default:
		b.WriteString("1 AS one")
	}
	for i, d := range s.Out {
		if i > 0 {
			b.WriteString(", ")
		}
		x := g.value(d.X, d.Col.Type)
		if r, ok := d.X.(*types.Ref); ok && (r.Col == d.Col || d.Col.Raw) {
			x = g.bare(r.Col) // passed on as it is, null and all
		}
		if !named {
			if c, ok := d.X.(*types.Const); ok && c.V == nil && d.Col.Type != schema.String {
				x = "NULL"
			}
			b.WriteString(x)
			continue
		}
		name := g.names.Column(d.Col)
		b.WriteString(x)
		if x != name {
			b.WriteString(" AS " + name)
		}
	}
	if from != "" {
		b.WriteString("\n" + in + "FROM " + from)
	}
	where := g.where(s)
	if where != "" {
		b.WriteString("\n" + in + "WHERE " + where)
	}
	if s.Grouped && s.Keys > 0 {
		b.WriteString("\n" + in + "GROUP BY ")
		if s.Keys == len(s.Out) {
			b.WriteString("ALL")
		} else {
			for i := range s.Keys {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString(strconv.Itoa(i + 1))
			}
		}
	}
	if len(s.Order) > 0 {
		b.WriteString("\n" + in + "ORDER BY " + g.keys(s.Order))
	}
	if s.Random {
		b.WriteString("\n" + in + "ORDER BY random()")
	}
	if s.Limit != nil {
		n := g.Expr(s.Limit)
		if c, ok := s.Limit.(*types.Const); ok {
			k, _ := c.V.(int64)
			n = strconv.FormatInt(max(k, 0), 10)
		} else {
			n = "greatest(0, coalesce(" + n + ", 0))"
		}
		b.WriteString("\n" + in + "LIMIT " + n)
	}
	return b.String()
}

func (g *gen) where(s *plan.Select) string {
	var conds []string
	if scan, ok := s.From.(*plan.Scan); ok {
		for _, c := range scan.Where {
			conds = append(conds, g.cond(c))
		}
	}
	return strings.Join(append(conds, g.conditions(s)...), " AND ")
}

// conditions writes the conditions of a SELECT.  DuckDB asks conditions on one
// column while it reads the column, and those on several afterwards, whatever
// they cost; so a costly one is asked only where the others hold.
func (g *gen) conditions(s *plan.Select) []string {
	_, isScan := s.From.(*plan.Scan)
	var conds, first, costly []string
	for _, w := range s.Where {
		x := g.Pred(w)
		switch {
		case !isScan || plan.Asks(w):
			conds = append(conds, x)
		case plan.Costly(w):
			costly = append(costly, x)
		case plan.Columns(w) > 1:
			first = append(first, x)
		default:
			conds = append(conds, x)
		}
	}
	if len(first) == 0 || len(costly) == 0 {
		return append(append(conds, first...), costly...)
	}
	return append(conds, "CASE WHEN "+strings.Join(first, " AND ")+" THEN "+strings.Join(costly, " AND ")+" ELSE false END")
}

// cond writes a part's own condition.
func (g *gen) cond(c schema.Cond) string {
	col := g.alias + "." + sqlgen.Quote(c.Column)
	list := func() string {
		var l []string
		for _, v := range c.Values {
			l = append(l, sqlgen.Text(v))
		}
		return strings.Join(l, ", ")
	}
	switch c.Op {
	case schema.IsNotNull:
		return col + " IS NOT NULL"
	case schema.IsNull:
		return col + " IS NULL"
	case schema.In:
		if len(c.Values) == 0 {
			return "false"
		}
		return col + " IN (" + list() + ")"
	case schema.NotIn:
		if len(c.Values) == 0 {
			return "true"
		}
		return "(" + col + " IS NULL OR " + col + " NOT IN (" + list() + "))"
	case schema.IsTrue:
		return col
	}
	return "(" + col + " IS NOT TRUE)"
}

func (g *gen) keys(keys []types.SortKey) string {
	var out []string
	for _, k := range keys {
		s := g.Expr(k.X)
		if _, ok := k.X.(*types.Const); ok {
			s = "(" + s + " || '')" // a bare constant would be a column's number
		}
		nulls, nan := " NULLS LAST", " ASC"
		if k.NullsFirst {
			nulls, nan = " NULLS FIRST", " DESC"
		}
		// NaN stands beside null; for DuckDB it is the greatest number.
		if k.X.Type() == schema.Real && k.Desc != k.NullsFirst {
			out = append(out, "isnan("+s+")"+nan+nulls)
		}
		if k.Desc {
			s += " DESC"
		} else {
			s += " ASC"
		}
		out = append(out, s+nulls)
	}
	return strings.Join(out, ", ")
}

// from writes what a SELECT reads.
func (g *gen) from(f plan.From, depth int) string {
	sub := func(s *plan.Select) string {
		if inner := g.renames(s); inner != nil {
			return g.from(inner, depth)
		}
		return "(\n" + g.query(s, depth+1) + "\n" + indent(depth) + ")"
	}
	switch f := f.(type) {
	case *plan.Dual:
		return ""
	case *plan.Scan:
		return g.fromScan(f)
	case *plan.Sub:
		return sub(f.Select)
	case *plan.With:
		return g.fromWith(f)
	case *plan.UnionAll:
		return g.fromUnion(f, depth)
	case *plan.Join:
		return g.fromJoin(f, sub)
	case *plan.Values:
		return g.fromValues(f)
	case *plan.Range:
		return g.fromRange(f)
	case *plan.Unnest:
		return g.fromUnnest(f, depth)
	case *plan.Lateral:
		return sub(f.L) + ", LATERAL " + sub(f.R)
	}
	panic("BUG: no SQL for a source")
}

// renames returns what a SELECT reads where the SELECT only gives its columns
// other names, and lets them share their identifiers: then the SELECT needs
// not be written.
func (g *gen) renames(s *plan.Select) plan.From {
	switch s.From.(type) {
	case *plan.Sub, *plan.UnionAll:
	default:
		return nil
	}
	if len(s.Where) > 0 || s.Grouped || len(s.DistinctOn) > 0 || len(s.Order) > 0 || s.WindowOrder != nil || s.Limit != nil || s.Random || len(s.Out) == 0 {
		return nil
	}
	for _, d := range s.Out {
		r, ok := d.X.(*types.Ref)
		if !ok || d.Col != r.Col && (r.Col.Raw && !d.Col.Raw || g.names.Known(d.Col) || g.aliased[r.Col]) {
			return nil
		}
	}
	inner := s.From
	// What stands in here may be written elsewhere too, under the same names.
	if g.read[inner] {
		return nil
	}
	g.read[inner] = true
	for _, d := range s.Out {
		if r := d.X.(*types.Ref); d.Col != r.Col {
			g.aliased[r.Col] = true
			g.names.Alias(d.Col, r.Col)
		}
	}
	return inner
}

func (g *gen) fromScan(f *plan.Scan) string {
	g.scan = f
	g.alias = sqlgen.Quote(g.names.Fresh("t"))
	s := sqlgen.Quote(f.Relation) + " AS " + g.alias
	for _, j := range f.Joins {
		used := false
		for _, a := range f.Aliases {
			used = used || a == j.Alias
		}
		if !used {
			continue
		}
		alias := g.joinAlias(j.Alias)
		s += " LEFT JOIN " + sqlgen.Quote(j.Relation) + " AS " + alias + " ON "
		for i, k := range j.On {
			if i > 0 {
				s += " AND "
			}
			other := g.alias + "." + sqlgen.Quote(k.Column)
			if k.Column == "" {
				other = sqlgen.Text(k.Const)
			}
			s += alias + "." + sqlgen.Quote(k.Joined) + " = " + other
		}
	}
	return s
}

// joinAlias is the name of a part's join, apart from that of other scans.
func (g *gen) joinAlias(name string) string {
	return sqlgen.Quote(strings.Trim(g.alias, `"`) + "_" + name)
}

func (g *gen) fromWith(f *plan.With) string {
	cols := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		cols[i] = g.names.Column(c)
	}
	s := g.tables[f.Of]
	if len(cols) == 0 {
		return s
	}
	return s + " AS " + sqlgen.Quote(g.names.Fresh("w")) + "(" + strings.Join(cols, ", ") + ")"
}

func (g *gen) fromUnion(f *plan.UnionAll, depth int) string {
	var parts []string
	for i, in := range f.Ins {
		parts = append(parts, g.selectSQL(in, depth+1, i == 0))
	}
	return "(\n" + strings.Join(parts, "\n"+indent(depth+1)+"UNION ALL\n") + "\n" + indent(depth) + ")"
}

func (g *gen) fromJoin(f *plan.Join, sub func(*plan.Select) string) string {
	l, r := sub(f.L), sub(f.R)
	la, ra := sqlgen.Quote(g.names.Fresh("l")), sqlgen.Quote(g.names.Fresh("r"))
	on := make([]string, 0, len(f.On)+1)
	for _, p := range f.On {
		on = append(on, g.Expr(p[0])+" = "+g.Expr(p[1]))
	}
	if f.Where != nil {
		on = append(on, g.Pred(f.Where))
	}
	if len(on) == 0 {
		on = append(on, "true")
	}
	word := "JOIN"
	switch f.Kind {
	case types.JoinLeftOuter:
		word = "LEFT JOIN"
	case types.JoinRightOuter:
		word = "RIGHT JOIN"
	case types.JoinFullOuter:
		word = "FULL JOIN"
	case types.JoinLeftSemi:
		word = "SEMI JOIN"
	case types.JoinLeftAnti:
		word = "ANTI JOIN"
	case types.JoinRightSemi:
		l, r, la, ra, word = r, l, ra, la, "SEMI JOIN"
	case types.JoinRightAnti:
		l, r, la, ra, word = r, l, ra, la, "ANTI JOIN"
	}
	return l + " AS " + la + " " + word + " " + r + " AS " + ra + " ON " + strings.Join(on, " AND ")
}

func (g *gen) fromValues(f *plan.Values) string {
	cols := make([]string, len(f.Columns))
	nulls := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		cols[i] = g.names.Column(c)
		nulls[i] = "CAST(NULL AS " + sqlType(c.Type) + ") AS " + cols[i]
	}
	if len(f.Rows) == 0 {
		if len(nulls) == 0 {
			nulls = []string{"1 AS one"}
		}
		return "(SELECT " + strings.Join(nulls, ", ") + " WHERE false)"
	}
	var rows []string
	for _, r := range f.Rows {
		cells := make([]string, len(r))
		for i, x := range r {
			cells[i] = g.value(x, f.Columns[i].Type)
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	return "(VALUES " + strings.Join(rows, ", ") + ") AS " + sqlgen.Quote(g.names.Fresh("v")) + "(" + strings.Join(cols, ", ") + ")"
}

// fromRange counts in whole numbers; reals are computed from their number, so
// that errors do not add up.
func (g *gen) fromRange(f *plan.Range) string {
	from, to, step := g.Expr(f.From), g.Expr(f.To), g.Expr(f.Step)
	name := g.names.Column(f.Col)
	if f.Col.Type == schema.Real || f.Col.Type == schema.Decimal {
		return "(SELECT " + from + " + i * " + step + " AS " + name + " FROM (SELECT unnest(range(0, CAST(floor((" + to + " - " + from + ") / " + step + " + 1e-9) AS BIGINT) + 1)) AS i))"
	}
	series := "generate_series(CAST(" + from + " AS BIGINT), CAST(" + to + " AS BIGINT), CAST(" + step + " AS BIGINT))"
	if bounds(f.From, f.To, f.Step) {
		// The table function gives its rows bit by bit.
		return series + " AS " + sqlgen.Quote(g.names.Fresh("s")) + "(" + name + ")"
	}
	return "(SELECT unnest(" + series + ") AS " + name + ")"
}

// bounds reports whether a series has constant bounds, and a step that is not
// null: those of the table function.
func bounds(exprs ...types.Expr) bool {
	for _, e := range exprs {
		if v, ok := types.IsConst(e); !ok || v == nil {
			return false
		}
	}
	v, _ := types.IsConst(exprs[len(exprs)-1])
	return v != int64(0)
}

// fromUnnest opens JSON arrays side by side; a bag gives its members, any
// other value itself.
func (g *gen) fromUnnest(f *plan.Unnest, depth int) string {
	in := "(\n" + g.query(f.In, depth+2) + "\n" + indent(depth+1) + ")"
	var b strings.Builder
	b.WriteString("(\n" + indent(depth+1) + "SELECT ")
	items := map[*types.Column]bool{}
	lists := make([]string, len(f.Items))
	for i, it := range f.Items {
		ref := it.X.(*types.Ref)
		items[ref.Col] = true
		lists[i] = unnestList(g.names.Column(ref.Col), it, f.BagsAsArrays)
		if f.Limit > 0 {
			lists[i] += "[1:" + strconv.FormatInt(f.Limit, 10) + "]"
		}
	}
	n := 0
	sep := func() {
		if n > 0 {
			b.WriteString(", ")
		}
		n++
	}
	for _, d := range f.In.Out {
		if !items[d.Col] {
			sep()
			b.WriteString(g.names.Column(d.Col))
		}
	}
	for i, it := range f.Items {
		sep()
		b.WriteString("unnest(" + lists[i] + ") AS " + g.names.Column(it.Out))
	}
	if f.Index != nil {
		sep()
		length := "len(" + lists[0] + ")"
		if len(lists) > 1 {
			for i := range lists {
				lists[i] = "len(" + lists[i] + ")"
			}
			length = "greatest(" + strings.Join(lists, ", ") + ")"
		}
		b.WriteString("unnest(range(0, " + length + ")) AS " + g.names.Column(f.Index))
	}
	b.WriteString("\n" + indent(depth+1) + "FROM " + in + "\n" + indent(depth) + ")")
	return b.String()
}

// unnestList writes the list that an item opens, of JSON or of text.
func unnestList(x string, it plan.UnnestItem, arrays bool) string {
	array, value, other := "CAST(json_extract("+x+", '$[*]') AS VARCHAR[])", "CAST("+x+" AS VARCHAR)", "to_json("+x+")::VARCHAR"
	if it.Text {
		array, value, other = "json_extract_string("+x+", '$[*]')", "json_extract_string("+x+", '$')", x
	} else if it.Parse {
		value = "nullif(json(" + x + ")::VARCHAR, 'null')"
	}
	pair := `'{' || to_json(k)::VARCHAR || ':' || json_extract(` + x + `, ` + pointer("k") + `)::VARCHAR || '}'`
	if arrays {
		pair = `'[' || to_json(k)::VARCHAR || ',' || json_extract(` + x + `, ` + pointer("k") + `)::VARCHAR || ']'`
	}
	list := "CASE json_type(" + x + ") WHEN 'ARRAY' THEN " + array +
		" WHEN 'OBJECT' THEN list_transform(json_keys(" + x + "), lambda k: " + pair + ")" +
		" ELSE [" + value + "] END"
	if !it.Parse {
		return "(" + list + ")"
	}
	// Most text is an array, which its first letter shows.
	return "(CASE WHEN starts_with(" + x + ", '[') AND json_valid(" + x + ") THEN " + array + " WHEN json_valid(" + x + ") THEN " + list +
		" WHEN " + x + " <> '' THEN [" + other + "] ELSE [NULL] END)"
}

// pointer writes an expression as a JSON pointer of one step.
func pointer(k string) string {
	return "('/' || replace(replace(" + k + ", '~', '~0'), '/', '~1'))"
}

// sqlType is the physical form of a type.
func sqlType(t schema.Type) string {
	switch t {
	case schema.Bool:
		return "BOOLEAN"
	case schema.Int:
		return "INTEGER"
	case schema.Long, schema.DateTime, schema.TimeSpan:
		return "BIGINT"
	case schema.Real:
		return "DOUBLE"
	case schema.Decimal:
		return "DECIMAL(38,17)"
	}
	return "VARCHAR"
}
