package types

import (
	"slices"
	"strings"

	"wirehunt/kql/ast"
	"wirehunt/schema"
)

// special functions are bound by hand: what they give depends on more than
// their arguments' values.
func (b *binder) special(e *ast.Call) (Expr, bool) {
	arg := func(i int) ast.Expr {
		if i < len(e.Args) {
			return e.Args[i]
		}
		return nil
	}
	switch e.Fun.Name {
	case "now":
		t := Expr(&Const{T: schema.DateTime, V: b.opts.Now, Sp: e.Pos})
		if len(e.Args) == 1 {
			if x := b.arith("+", t, b.scalar(arg(0))); x != nil {
				return b.fold(x), true
			}
		}
		return t, len(e.Args) == 0
	case "ago":
		if len(e.Args) != 1 {
			return nil, false
		}
		x := b.scalar(arg(0))
		if x.Type() != schema.TimeSpan {
			return nil, false
		}
		return b.fold(b.arith("-", &Const{T: schema.DateTime, V: b.opts.Now, Sp: e.Pos}, x)), true
	case "toscalar":
		return b.toscalar(e)
	case "materialize":
		if len(e.Args) == 1 {
			return b.scalar(arg(0)), true
		}
	case "column_ifexists", "columnifexists":
		if len(e.Args) != 2 {
			return nil, false
		}
		if name, ok := b.constString(arg(0)); ok {
			if c := b.row.find(name); c != nil {
				return &Ref{Col: c, Sp: e.Pos}, true
			}
		} else {
			b.diags.Add(CodeExpectedConstant, arg(0).Span(), "The expression must be a constant string.")
		}
		return b.scalar(arg(1)), true
	case "pack_all":
		return b.packAll(e), true
	case "bag_pack_columns":
		var args []Expr
		for _, a := range e.Args {
			args = append(args, Str(b.nameOf(a)), b.scalar(a))
		}
		return &Call{Fn: b.funcs.Scalar("bag_pack"), Args: args, T: schema.Dynamic, Sp: e.Pos}, true
	case "column_names_of":
		if len(e.Args) == 1 && b.isTable(arg(0), b.scope) {
			var names []byte
			for i, c := range b.subquery(arg(0)).Cols() {
				if i > 0 {
					names = append(names, ',')
				}
				names = AppendJSONString(names, c.Name)
			}
			return &Const{T: schema.Dynamic, V: "[" + string(names) + "]", Sp: e.Pos}, true
		}
	case "iscolumnexists":
		if len(e.Args) == 1 {
			if name, ok := b.constString(arg(0)); ok {
				return Bool(b.row.find(name) != nil), true
			}
		}
	case "estimate_data_size":
		if w, ok := arg(0).(*ast.Wildcard); ok && len(e.Args) == 1 {
			var args []Expr
			for _, c := range b.row.cols {
				if wildcard(w.Pattern, c.Name) {
					args = append(args, &Ref{Col: c, Sp: e.Pos})
				}
			}
			return &Call{Fn: b.funcs.Scalar(e.Fun.Name), Args: args, T: schema.Long, Sp: e.Pos}, true
		}
	case "bin_auto":
		if len(e.Args) == 1 {
			return b.binAuto(e), true
		}
	case "ingestion_time":
		// Rows are searchable when they are written; the event's own time is
		// the nearest thing to it that the tables have.
		for _, n := range []string{"Timestamp", "TimeGenerated", "ts"} {
			if c := b.row.find(n); c != nil && c.Type == schema.DateTime {
				return &Ref{Col: c, Sp: e.Pos}, true
			}
		}
		return Null(schema.DateTime), true
	case "cluster", "database", "table", "external_table":
		b.diags.Add(CodeExpectedTable, e.Pos, "'%s' operator: %s() is a table; a scalar expression is expected.", b.op, e.Fun.Name)
		return &Const{T: schema.Unknown, Sp: e.Pos}, true
	}
	return nil, false
}

func (b *binder) toscalar(e *ast.Call) (Expr, bool) {
	if len(e.Args) != 1 {
		return nil, false
	}
	if !b.isTable(e.Args[0], b.scope) {
		return b.scalar(e.Args[0]), true
	}
	sub := b.subquery(e.Args[0])
	if len(sub.Cols()) == 0 {
		return &Const{T: schema.Unknown, Sp: e.Pos}, true
	}
	return &Scalar{Sub: sub, T: sub.Cols()[0].Type, Sp: e.Pos}, true
}

// subquery binds a table inside an expression: it does not see the row.
func (b *binder) subquery(e ast.Expr) Node {
	cols, op, input := b.row, b.op, b.input
	b.row, b.input = &row{}, nil
	n := b.table(e)
	b.row, b.op, b.input = cols, op, input
	return n
}

func (b *binder) packAll(e *ast.Call) Expr {
	var args []Expr
	for _, c := range b.row.cols {
		args = append(args, Str(c.Name), &Ref{Col: c, Sp: e.Pos})
	}
	name := "bag_pack"
	if len(e.Args) == 1 {
		if v, ok := IsConst(b.fold(b.scalar(e.Args[0]))); ok && v == true {
			name = "bag_pack_nonempty"
		}
	}
	return &Call{Fn: b.funcs.Scalar(name), Args: args, T: schema.Dynamic, Sp: e.Pos}
}

// call binds a function call.
func (b *binder) call(e *ast.Call) Expr {
	if e.Fun == nil {
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	name := e.Fun.Name
	if v := b.scope.find(name); v != nil && v.fun != nil {
		return b.callUser(name, v, e.Args, e)
	}
	agg := b.funcs.Aggregate(name)
	if agg != nil && b.row.aggs != nil {
		return b.aggregate(agg, e)
	}
	if m := b.row.graph; m != nil {
		if x, ok := m.call(e); ok {
			return x
		}
	}
	if x, ok := b.special(e); ok {
		return x
	}
	f := b.funcs.Scalar(name)
	if f == nil {
		return b.unknownFunction(e, agg)
	}
	args, target := b.arguments(e)
	for _, a := range args {
		if a.Type() == schema.Unknown {
			return b.unknownResult(f, args, e)
		}
	}
	args, sig, ok := b.match(f, args, e)
	if !ok {
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	switch f.Name {
	case "extract", "extract_all", "trim", "trim_start", "trim_end", "replace_re_first":
		b.checkRegex(args[0])
	case "replace_regex":
		b.checkRegex(args[1])
	}
	if f.Note != "" && !(f.Hosted && b.opts.Hosted) {
		b.diags.Warn(CodeNotSupported, e.Fun.Pos, "%s", f.Note)
	}
	c := &Call{Fn: f, Args: args, Sp: e.Pos}
	c.T = b.resultType(f, sig, args, target)
	if target != nil && sig.Result == "ParameterNLiteral" {
		c.T = schema.String
		if f.ResultType != nil {
			c.T = f.ResultType(args)
		}
		return b.cast(c, schema.ParseType(target.Type.Name))
	}
	if f.Kind == WindowFunc {
		return b.window(c)
	}
	return c
}

func (b *binder) unknownFunction(e *ast.Call, agg *Func) Expr {
	name := e.Fun.Name
	for _, a := range e.Args {
		if _, star := a.(*ast.Wildcard); !star && !b.isTable(a, b.scope) {
			b.scalar(a)
		}
	}
	if agg != nil {
		b.diags.Add(CodeAggregateContext, e.Fun.Pos, "'%s' operator: The aggregate function '%s' is not allowed in this context.", b.op, name).
			Hint = "Aggregate functions belong into summarize."
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	if v := b.scope.find(name); v != nil {
		b.diags.Add(CodeUnknownFunction, e.Fun.Pos, "'%s' is not a function.", name)
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	if why, ok := b.funcs.Unsupported(name); ok {
		b.diags.Add(CodeNotSupported, e.Fun.Pos, "The function '%s' is not supported: %s.", name, why)
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	names := slices.Concat(b.funcs.ScalarNames(), b.funcs.AggregateNames())
	b.diags.Add(CodeUnknownFunction, e.Fun.Pos, "Unknown function: '%s'.", name).Hint = suggest(name, names)
	return &Const{T: schema.Unknown, Sp: e.Pos}
}

// unknownResult is the result of a call that has a faulty argument.
func (b *binder) unknownResult(f *Func, args []Expr, e *ast.Call) Expr {
	if len(f.Sigs) > 0 {
		if t := schema.ParseType(f.Sigs[0].Result); t != schema.Unknown {
			return &Const{T: t, Sp: e.Pos}
		}
	}
	return &Const{T: schema.Unknown, Sp: e.Pos}
}

// arguments binds the arguments; a typeof() at the end is returned apart.
func (b *binder) arguments(e *ast.Call) (args []Expr, target *ast.TypeOf) {
	aggs := b.row.aggs
	for i, a := range e.Args {
		if t, ok := ast.Unparen(a).(*ast.TypeOf); ok && i == len(e.Args)-1 && t.Type != nil {
			target = t
			continue
		}
		args = append(args, b.fold(b.scalar(a)))
	}
	b.row.aggs = aggs
	return args, target
}

// match finds the signature that fits the arguments and converts them.
func (b *binder) match(f *Func, args []Expr, e *ast.Call) ([]Expr, *Signature, bool) {
	n := len(args)
	hasType := len(e.Args) > 0 && func() bool { _, ok := ast.Unparen(e.Args[len(e.Args)-1]).(*ast.TypeOf); return ok }()
	lo, hi := 1<<30, 0
	var wrong *Param
	wrongAt := 0
	// A dynamic fits where a string stands only if no signature asks for a
	// dynamic, so the signatures are tried twice.
	for try := range 2 * len(f.Sigs) {
		sig := &f.Sigs[try%len(f.Sigs)]
		strict := try < len(f.Sigs) && len(f.Sigs) > 1
		l, h := sig.arity()
		lo, hi = min(lo, l), max(hi, h)
		want := n
		if hasType {
			want++
		}
		params, ok := sig.assign(want)
		if !ok || hasType != (len(params) > 0 && params[len(params)-1].Class == "type") {
			continue
		}
		bad := -1
		for i, a := range args {
			if strict && params[i].Class == "string" && a.Type() == schema.Dynamic || !accepts(params[i].Class, a.Type()) && !(isBag(a) && accepts(params[i].Class, schema.Dynamic)) {
				bad = i
				break
			}
		}
		if bad < 0 {
			return b.convertArgs(f, sig, params, args), sig, true
		}
		if wrong == nil || bad > wrongAt {
			wrong, wrongAt = params[bad], bad
		}
	}
	switch {
	case wrong != nil && len(f.Sigs) > 1 && !slices.Contains([]string{"hash"}, f.Name) && wrongAt == 0:
		var ts []string
		for _, a := range args {
			ts = append(ts, a.Type().String())
		}
		b.diags.Add(CodeArgumentType, args[0].Span(), "The function '%s' is not compatible with arguments (%s)", f.Name, strings.Join(ts, ", "))
	case wrong != nil:
		b.diags.Add(CodeArgumentType, args[wrongAt].Span(), "%s(): %s", f.Name, classError(wrong.Class))
	case lo == hi && lo == 1:
		b.diags.Add(CodeArgumentCount, e.Fun.Pos, "The function '%s' expects 1 argument.", f.Name)
	case lo == hi:
		b.diags.Add(CodeArgumentCount, e.Fun.Pos, "The function '%s' expects %d arguments.", f.Name, lo)
	default:
		b.diags.Add(CodeArgumentCount, e.Fun.Pos, "The function '%s' expects between %d and %d arguments.", f.Name, lo, min(hi, 64))
	}
	return nil, nil, false
}

// convertArgs inserts the implicit conversions that a signature asks for.
func (b *binder) convertArgs(f *Func, sig *Signature, params []*Param, args []Expr) []Expr {
	var common []schema.Type
	for i, a := range args {
		if strings.HasPrefix(params[i].Class, "Common") {
			common = append(common, a.Type())
		}
	}
	shared := commonType(common)
	out := make([]Expr, len(args))
	for i, a := range args {
		switch c := params[i].Class; c {
		case "Scalar", "Any", "Number", "Integer", "Summable", "Orderable", "NotDynamic", "NumberOrBool", "NotRealOrBool", "IntegerOrArray":
			out[i] = a
		case "CommonScalar", "CommonScalarOrDynamic", "CommonOrderable":
			out[i] = b.convert(a, shared)
		case "DynamicArray", "DynamicBag", "dynamic":
			out[i] = b.convert(a, schema.Dynamic)
		case "StringOrDynamic", "StringOrArray":
			out[i] = a
		default:
			out[i] = b.convert(a, schema.ParseType(c))
		}
		if sig.Result == "Widest" && numeric(a.Type()) {
			w := a.Type()
			for _, o := range args {
				w, _ = Wider(w, o.Type())
			}
			out[i] = b.convert(a, w)
		}
	}
	return out
}

// resultType works out a signature's result.
func (b *binder) resultType(f *Func, sig *Signature, args []Expr, target *ast.TypeOf) schema.Type {
	if f.ResultType != nil {
		return f.ResultType(args)
	}
	at := func(i int) schema.Type {
		if i < len(args) {
			return args[i].Type()
		}
		return schema.Dynamic
	}
	switch sig.Result {
	case "Parameter0":
		return at(0)
	case "Parameter1":
		return at(1)
	case "Parameter0Promoted":
		if at(0) == schema.Int {
			return schema.Long
		}
		return at(0)
	case "Widest":
		t := at(0)
		for i := 1; i < len(args); i++ {
			t, _ = Wider(t, at(i))
		}
		return t
	case "Common", "CommonNonDynamic":
		return at(len(args) - 1) // the arguments are converted already
	case "ParameterNLiteral":
		if target != nil && target.Type != nil {
			return schema.ParseType(target.Type.Name)
		}
		return schema.Dynamic
	}
	if t := schema.ParseType(sig.Result); t != schema.Unknown {
		return t
	}
	return schema.Dynamic
}

// aggregate binds an aggregate call to a column of its own.
func (b *binder) aggregate(f *Func, e *ast.Call) Expr {
	c, ok := b.aggregateCall(f, e)
	if !ok {
		return &Const{T: schema.Unknown, Sp: e.Pos}
	}
	col := &Column{Name: "", Type: c.T}
	b.row.aggs.defs = append(b.row.aggs.defs, Def{col, c})
	return &Ref{Col: col, Sp: e.Pos}
}

func (b *binder) aggregateCall(f *Func, e *ast.Call) (*Call, bool) {
	inner := *b.row
	inner.aggs = nil
	var args []Expr
	var target *ast.TypeOf
	b.withRow(&inner, func() { args, target = b.arguments(e) })
	for _, a := range args {
		if a.Type() == schema.Unknown {
			return nil, false
		}
	}
	args, sig, ok := b.match(f, args, e)
	if !ok {
		return nil, false
	}
	return &Call{Fn: f, Args: args, T: b.resultType(f, sig, args, target), Sp: e.Pos}, true
}

// windows collects calls of window functions in layers: a call over another
// call's column comes after it.
type windows struct {
	b      *binder
	layers [][]Def
	level  map[*Column]int
}

func (b *binder) window(c *Call) Expr {
	w := b.row.wins
	if w == nil {
		b.diags.Add(CodeAggregateContext, c.Sp, "'%s' operator: The function '%s' is not allowed in this context.", b.op, c.Fn.Name)
		return &Const{T: schema.Unknown, Sp: c.Sp}
	}
	c = b.restarts(c)
	level := 0
	for _, a := range c.Args {
		Walk(a, func(x Expr) bool {
			if r, ok := x.(*Ref); ok {
				if l, ok := w.level[r.Col]; ok {
					level = max(level, l+1)
				}
			}
			return true
		})
	}
	col := &Column{Name: c.Fn.Name, Type: c.T}
	w.put(col, c, level)
	return &Ref{Col: col, Sp: c.Sp}
}

// restarts rewrites a window call whose last argument says where to start
// again: that argument becomes the number of the group of rows, which is a
// window call of its own.  row_rank_dense() counts the rows whose value is
// another than the one before.
func (b *binder) restarts(c *Call) *Call {
	sum := b.funcs.Scalar("row_cumsum")
	step := func(cond Expr) Expr {
		return &Call{Fn: b.funcs.Scalar("iff"), Args: []Expr{cond, Long(1), Long(0)}, T: schema.Long, Sp: c.Sp}
	}
	k := *c
	k.Args = slices.Clone(c.Args)
	switch c.Fn.Name {
	case "row_number", "row_cumsum", "row_rank_dense":
		if len(k.Args) == 2 {
			k.Args[1] = b.window(&Call{Fn: sum, Args: []Expr{step(k.Args[1])}, T: schema.Long, Sp: c.Sp})
		}
	}
	if c.Fn.Name != "row_rank_dense" {
		return &k
	}
	x := k.Args[0]
	before := b.window(&Call{Fn: b.funcs.Scalar("prev"), Args: []Expr{x}, T: x.Type(), Sp: c.Sp})
	number := &Call{Fn: b.funcs.Scalar("row_number"), T: schema.Long, Sp: c.Sp}
	if len(k.Args) == 2 {
		number.Args = []Expr{Long(1), k.Args[1]}
	}
	w := b.row.wins
	col := &Column{Name: "row_number", Type: schema.Long}
	level := 0
	if len(k.Args) == 2 {
		level = w.level[k.Args[1].(*Ref).Col] + 1
	}
	w.put(col, number, level)
	changed := &Call{Fn: b.funcs.Operator("or"), T: schema.Bool, Sp: c.Sp, Args: []Expr{
		&Call{Fn: b.funcs.Operator("=="), Args: []Expr{&Ref{Col: col}, Long(1)}, T: schema.Bool, Sp: c.Sp},
		b.not(&Call{Fn: b.funcs.Operator("same"), Args: []Expr{x, before}, T: schema.Bool, Sp: c.Sp})}}
	k.Fn, k.Args[0] = sum, step(changed)
	return &k
}

// put adds a call to a layer.
func (w *windows) put(col *Column, c *Call, level int) {
	w.level[col] = level
	for len(w.layers) <= level {
		w.layers = append(w.layers, nil)
	}
	w.layers[level] = append(w.layers[level], Def{col, c})
}

// windowed puts the collected window calls under what uses them.
func windowed(in Node, w *windows) Node {
	for _, layer := range w.layers {
		var defs, procedural []Def
		for _, d := range layer {
			if d.X.(*Call).Fn.SQL == nil {
				procedural = append(procedural, d)
			} else {
				defs = append(defs, d)
			}
		}
		in = windowLayer(in, defs)
		in = w.b.rowwise(in, procedural)
	}
	return in
}

func windowLayer(in Node, defs []Def) Node {
	if len(defs) > 0 {
		cols := slices.Clone(in.Cols())
		for _, d := range defs {
			cols = append(cols, d.Col)
		}
		in = &Window{In: in, Defs: defs, Columns: cols}
	}
	return in
}
