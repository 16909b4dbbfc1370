// Package complete answers an editor's questions about a query that is being
// written: what can stand here, what is this, which argument is this.
//
// All functions are pure: text, byte offset and catalogue in, answer out.  They
// work on text that does not parse yet.  Columns in scope are followed through
// the operators by name, without the checker.
package complete

import (
	"slices"
	"strings"

	"wirehunt/kql/parser"
	"wirehunt/kql/token"
)

// Column is a column of a table.
type Column struct {
	Name string
	// Type is Kusto's name of the type, "" when it is not known.
	Type string
	Doc  string
}

// Table is a table that queries can name.
type Table struct {
	Name    string
	Doc     string
	Columns []Column
}

// FunctionKind says where a function may be called.
type FunctionKind uint8

// The kinds of functions.
const (
	Scalar FunctionKind = iota
	Aggregate
	Plugin
	// Saved is a user's function, which may also give a table.
	Saved
)

// Function is a function, aggregate or plugin.
type Function struct {
	Name string
	Kind FunctionKind
	Doc  string
	// Params are the parameters as documentation names them.
	Params []string
	// Result is the type of the result, "" when it depends.
	Result string
}

// Catalog is what queries can name.  The slices must not be changed.
type Catalog interface {
	Tables() []Table
	Functions() []Function
}

// Kind is the kind of an Item.
type Kind string

// The kinds of items.
const (
	KindTable     Kind = "table"
	KindColumn    Kind = "column"
	KindFunction  Kind = "function"
	KindAggregate Kind = "aggregate"
	KindPlugin    Kind = "plugin"
	KindVariable  Kind = "variable"
	KindOperator  Kind = "operator"
	KindKeyword   Kind = "keyword"
	KindType      Kind = "type"
	KindValue     Kind = "value"
)

// Item is one proposal.
type Item struct {
	Label string
	Kind  Kind
	// Detail is a type or signature.
	Detail string
	Doc    string
	// Insert is the text that replaces Replace.
	Insert  string
	Replace token.Span
}

// Complete returns what can stand at a byte offset of src, best first: names
// that start with what is written there, then names that contain it.
func Complete(src string, offset int, cat Catalog) []Item {
	c := newContext(src, offset)
	if c.inText {
		return nil
	}
	q := &query{context: c, cat: cat}
	q.propose()
	return q.rank()
}

// query collects proposals.
type query struct {
	context
	cat   Catalog
	items []Item
}

func (q *query) add(kind Kind, label, detail, doc string) {
	if label == "" {
		return // a name that is still to be written
	}
	insert := label
	switch kind {
	case KindFunction, KindAggregate, KindPlugin:
		insert += "("
	case KindColumn, KindTable, KindVariable:
		insert = quoteName(label)
	}
	q.items = append(q.items, Item{Label: label, Kind: kind, Detail: detail, Doc: doc, Insert: insert, Replace: q.replace})
}

func (q *query) addAll(kind Kind, labels ...string) {
	for _, l := range labels {
		q.add(kind, l, "", "")
	}
}

// quoteName puts a name that is no identifier in brackets.
func quoteName(s string) string {
	for i := range len(s) {
		c := s[i]
		if c != '_' && c != '*' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "']"
		}
	}
	return s
}

// rank keeps what fits the written part and removes doubles.
func (q *query) rank() []Item {
	word := strings.ToLower(q.word)
	var starts, holds []Item
	seen := map[string]bool{}
	for _, it := range q.items {
		key := string(it.Kind) + " " + it.Label
		label := strings.ToLower(it.Label)
		switch {
		case seen[key]:
			continue
		case strings.HasPrefix(label, word):
			starts = append(starts, it)
		case strings.Contains(label, word):
			holds = append(holds, it)
		}
		seen[key] = true
	}
	return append(starts, holds...)
}

// propose fills q.items by the place of the cursor.
func (q *query) propose() {
	switch q.place {
	case placeOperator:
		q.addAll(KindOperator, parser.Operators()...)
	case placeStatement:
		q.tables()
		q.addAll(KindKeyword, "let", "set", "declare query_parameters", "union", "print", "range", "datatable", "externaldata", "search", "find")
	case placeTable:
		q.tables()
	case placeChart:
		q.addAll(KindValue, parser.Charts()...)
	case placeType:
		q.addAll(KindType, "bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan")
	case placeJoinKind:
		q.addAll(KindValue, "innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi", "rightanti")
	case placeAfterOperand:
		q.addAll(KindKeyword, clauseWords(q.operator)...)
		if q.inExpression() {
			q.addAll(KindKeyword, binaryWords...)
		}
	case placeOperand:
		q.operands()
	}
}

func (q *query) tables() {
	for _, t := range q.cat.Tables() {
		q.add(KindTable, t.Name, "", t.Doc)
	}
	for _, f := range q.cat.Functions() {
		if f.Kind == Saved {
			q.add(KindFunction, f.Name, f.signature(), f.Doc)
		}
	}
	s := newScope(q.context, q.cat)
	for _, name := range s.letNames {
		q.add(KindVariable, name, "", "")
	}
}

func (q *query) operands() {
	s := newScope(q.context, q.cat)
	columns := s.columns
	switch q.side {
	case "$left":
		columns = s.left
	case "$right":
		columns = s.right
	}
	for _, c := range columns {
		q.add(KindColumn, c.Name, c.Type, c.Doc)
	}
	if q.side != "" {
		return
	}
	for _, name := range s.letNames {
		q.add(KindVariable, name, "", "")
	}
	switch q.operator {
	case "project-away", "project-keep", "project-reorder", "distinct":
		q.add(KindKeyword, "*", "", "")
	case "join", "lookup":
		q.addAll(KindKeyword, "$left", "$right")
	}
	q.functions()
}

func (q *query) functions() {
	aggregates := q.operator == "summarize" || q.operator == "make-series" || q.operator == "top-nested"
	for _, f := range q.cat.Functions() {
		switch f.Kind {
		case Plugin:
			if q.operator == "evaluate" {
				q.add(KindPlugin, f.Name, f.signature(), f.Doc)
			}
		case Aggregate:
			if aggregates {
				q.add(KindAggregate, f.Name, f.signature(), f.Doc)
			}
		case Scalar, Saved:
			if q.operator != "evaluate" || q.depth > 0 {
				q.add(KindFunction, f.Name, f.signature(), f.Doc)
			}
		}
	}
}

// signature returns f(a, b): type.
func (f *Function) signature() string {
	s := f.Name + "(" + strings.Join(f.Params, ", ") + ")"
	if f.Result != "" {
		s += ": " + f.Result
	}
	return s
}

// binaryWords are the operators that are words.
var binaryWords = []string{
	"and", "or", "has", "!has", "has_any", "has_all", "contains", "!contains", "startswith", "!startswith", "endswith", "!endswith",
	"in", "!in", "in~", "!in~", "between", "!between", "matches regex", "has_cs", "contains_cs", "startswith_cs", "endswith_cs",
	"hasprefix", "hassuffix", "==", "!=", "=~", "!~", "<", "<=", ">", ">=",
}

// clauseWords returns the words that can follow an operand of an operator.
func clauseWords(operator string) []string {
	switch operator {
	case "summarize", "top-hitters", "reduce":
		return []string{"by"}
	case "sort", "order", "top":
		return []string{"by", "asc", "desc", "nulls first", "nulls last"}
	case "join", "lookup":
		return []string{"on"}
	case "mv-expand", "mv-apply":
		return []string{"to typeof", "limit", "on"}
	case "parse", "parse-where":
		return []string{"with"}
	case "parse-kv":
		return []string{"as", "with"}
	case "make-series":
		return []string{"default", "on", "from", "to", "step", "by"}
	case "range":
		return []string{"from", "to", "step"}
	case "render":
		return []string{"with"}
	}
	return nil
}

// inExpression reports whether an operator on the operand makes sense.
func (q *query) inExpression() bool {
	return !slices.Contains([]string{"", "union", "project-away", "project-keep", "project-rename", "render", "as"}, q.operator) || q.depth > 0
}
