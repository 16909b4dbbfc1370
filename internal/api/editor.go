package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wirehunt/kql"
	"wirehunt/kql/complete"
	"wirehunt/kql/diag"
	"wirehunt/kql/funcs"
	"wirehunt/kql/types"
	"wirehunt/schema"

	"wirehunt/internal/query"
)

// Offsets and columns in the editor's endpoints count UTF-16 code units, as
// strings in a browser do.

// editorText is a query that is being written.
type editorText struct {
	Query  string `json:"query"`
	Offset int    `json:"offset,omitempty"`
}

// diagnostic is a message about a query.
type diagnostic struct {
	Code      string `json:"code"`
	Severity  string `json:"severity"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

type checkReply struct {
	Diagnostics []diagnostic `json:"diagnostics"`
	Columns     []columnInfo `json:"columns"`
}

type completeReply struct {
	Items []completeItem `json:"items"`
}

type completeItem struct {
	Label  string `json:"label"`
	Kind   string `json:"kind"`
	Detail string `json:"detail,omitempty"`
	Doc    string `json:"doc,omitempty"`
	Insert string `json:"insert"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
}

type hoverReply struct {
	Found bool   `json:"found"`
	Kind  string `json:"kind,omitempty"`
	Title string `json:"title,omitempty"`
	Doc   string `json:"doc,omitempty"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

type signatureReply struct {
	Found  bool     `json:"found"`
	Label  string   `json:"label,omitempty"`
	Doc    string   `json:"doc,omitempty"`
	Params []string `json:"params,omitempty"`
	Active int      `json:"active"`
}

type formatReply struct {
	Query       string       `json:"query"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

// units counts the UTF-16 code units of a text.
func units(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// byteOffset returns the byte offset of a place in code units.
func byteOffset(s string, place int) int {
	for i, r := range s {
		if place <= 0 {
			return i
		}
		if place--; r > 0xffff {
			place--
		}
	}
	return len(s)
}

// places turns byte offsets of one text into code units, lines and columns.
type places struct{ src string }

func (p places) offset(b int) int { return units(p.src[:p.clamp(b)]) }

func (p places) clamp(b int) int {
	b = max(0, min(b, len(p.src)))
	for b > 0 && b < len(p.src) && !utf8.RuneStart(p.src[b]) {
		b--
	}
	return b
}

func (p places) position(b int) (line, column int) {
	before := p.src[:p.clamp(b)]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, units(before[start:]) + 1
}

func diagnostics(src string, list diag.List) []diagnostic {
	p := places{src}
	out := make([]diagnostic, len(list))
	for i, d := range list {
		o := diagnostic{Code: string(d.Code), Severity: d.Severity.String(), Message: d.Message, Hint: d.Hint, Start: p.offset(d.Span.Start), End: p.offset(d.Span.End)}
		o.Line, o.Column = p.position(d.Span.Start)
		o.EndLine, o.EndColumn = p.position(d.Span.End)
		out[i] = o
	}
	return out
}

// editor reads a request of the editor and gives the text, the byte offset
// and the names that are known.
func (s *Server) editor(w http.ResponseWriter, r *http.Request) (text string, offset int, cat *names, f *failure) {
	var in editorText
	if f := s.readJSON(w, r, &in); f != nil {
		return "", 0, nil, f
	}
	tables, err := s.store.Tables(r.Context())
	if err != nil {
		return "", 0, nil, broken(err)
	}
	return in.Query, byteOffset(in.Query, in.Offset), &names{tables}, nil
}

// names implements complete.Catalog.
type names struct{ tables []schema.Table }

func (n *names) Tables() []complete.Table {
	out := make([]complete.Table, len(n.tables))
	for i, t := range n.tables {
		out[i] = complete.Table{Name: t.Name, Doc: t.Doc}
		for _, c := range t.Columns {
			out[i].Columns = append(out[i].Columns, complete.Column{Name: c.Name, Type: c.Type.String(), Doc: c.Doc})
		}
	}
	return out
}

func (n *names) Functions() []complete.Function {
	var out []complete.Function
	eachFunction(func(f *types.Func, kind complete.FunctionKind) {
		c := complete.Function{Name: f.Name, Kind: kind, Doc: f.Doc}
		if len(f.Sigs) > 0 {
			c.Params, c.Result = params(&f.Sigs[0]), result(&f.Sigs[0])
		}
		out = append(out, c)
	})
	return out
}

func eachFunction(yield func(f *types.Func, kind complete.FunctionKind)) {
	all := funcs.All()
	for _, n := range all.ScalarNames() {
		yield(all.Scalar(n), complete.Scalar)
	}
	for _, n := range all.AggregateNames() {
		yield(all.Aggregate(n), complete.Aggregate)
	}
}

func params(sig *types.Signature) []string {
	var out []string
	for _, p := range sig.Params {
		name := p.Name
		if p.Repeated {
			name += "..."
		}
		if p.Optional {
			name = "[" + name + "]"
		}
		out = append(out, name)
	}
	return out
}

// result names the type of a result, "" for a rule that depends on arguments.
func result(sig *types.Signature) string {
	if schema.ParseType(sig.Result) == schema.Unknown {
		return ""
	}
	return sig.Result
}

func (s *Server) postCheck(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	text, _, _, f := s.editor(w, r)
	if f != nil {
		return f
	}
	opt, err := query.CompilerOptions(r.Context(), s.store, query.Options{Now: time.Now().UTC()})
	if err != nil {
		return broken(err)
	}
	columns, diags := kql.Check(text, opt)
	out := checkReply{Diagnostics: diagnostics(text, diags), Columns: []columnInfo{}}
	for _, c := range columns {
		out.Columns = append(out.Columns, columnInfo{Name: c.Name, Type: c.Type.String()})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) postComplete(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	text, offset, cat, f := s.editor(w, r)
	if f != nil {
		return f
	}
	out := completeReply{Items: []completeItem{}}
	p := places{text}
	for _, i := range complete.Complete(text, offset, cat) {
		out.Items = append(out.Items, completeItem{Label: i.Label, Kind: string(i.Kind), Detail: i.Detail, Doc: i.Doc, Insert: i.Insert, Start: p.offset(i.Replace.Start), End: p.offset(i.Replace.End)})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) postHover(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	text, offset, cat, f := s.editor(w, r)
	if f != nil {
		return f
	}
	var out hoverReply
	if i, ok := complete.Hover(text, offset, cat); ok {
		p := places{text}
		out = hoverReply{Found: true, Kind: string(i.Kind), Title: i.Title, Doc: i.Doc, Start: p.offset(i.Span.Start), End: p.offset(i.Span.End)}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) postSignature(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	text, offset, cat, f := s.editor(w, r)
	if f != nil {
		return f
	}
	var out signatureReply
	if h, ok := complete.SignatureHelp(text, offset, cat); ok {
		out = signatureReply{Found: true, Label: h.Label, Doc: h.Function.Doc, Params: h.Function.Params, Active: h.Active}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) postFormat(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	text, _, _, f := s.editor(w, r)
	if f != nil {
		return f
	}
	formatted, diags := kql.Format(text)
	writeJSON(w, http.StatusOK, formatReply{Query: formatted, Diagnostics: diagnostics(text, diags)})
	return nil
}

// The schema.

type schemaReply struct {
	Database  string         `json:"database"`
	Tables    []tableInfo    `json:"tables"`
	Functions []functionInfo `json:"functions"`
	// Newest is the time of the newest row, missing where there is none.
	Newest string `json:"newest,omitempty"`
}

type tableInfo struct {
	Name    string       `json:"name"`
	Group   string       `json:"group"`
	Doc     string       `json:"doc"`
	HasRows bool         `json:"hasRows"`
	Columns []columnInfo `json:"columns"`
	Actions []actionInfo `json:"actionTypes,omitempty"`
}

type actionInfo struct {
	Name    string       `json:"name"`
	HasRows bool         `json:"hasRows"`
	Members []columnInfo `json:"additionalFields,omitempty"`
}

type functionInfo struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Doc        string   `json:"doc"`
	Signatures []string `json:"signatures"`
	// Code is the text of a function that is written in the language.
	Code string `json:"code,omitempty"`
	// Tabular tells that invoke calls it with a table.
	Tabular bool `json:"tabular,omitempty"`
}

func (s *Server) getSchema(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	tables, err := s.store.Tables(r.Context())
	if err != nil {
		return broken(err)
	}
	out := schemaReply{Database: Database}
	for i := range tables {
		out.Tables = append(out.Tables, s.tableInfo(&tables[i]))
	}
	eachFunction(func(f *types.Func, kind complete.FunctionKind) {
		info := functionInfo{Name: f.Name, Kind: "scalar", Doc: f.Doc}
		if kind == complete.Aggregate {
			info.Kind = "aggregate"
		}
		for i := range f.Sigs {
			text := f.Name + "(" + strings.Join(params(&f.Sigs[i]), ", ") + ")"
			if res := result(&f.Sigs[i]); res != "" {
				text += ": " + res
			}
			info.Signatures = append(info.Signatures, text)
		}
		out.Functions = append(out.Functions, info)
	})
	for _, f := range kql.LibraryFunctions() {
		sig := f.Name + "(" + strings.Join(f.Params, ", ") + ")"
		out.Functions = append(out.Functions, functionInfo{Name: f.Name, Kind: "library", Doc: f.Doc, Signatures: []string{sig}, Code: f.Code, Tabular: f.Tabular})
	}
	if ticks, ok, err := s.store.Newest(r.Context()); err == nil && ok {
		out.Newest = string(query.AppendDateTime(nil, ticks))
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// tableInfo describes a table: the ActionTypes that captures can give, and
// which of them have rows.
func (s *Server) tableInfo(t *schema.Table) tableInfo {
	out := tableInfo{Name: t.Name, Group: folder(t.Name), Doc: t.Doc, HasRows: len(t.Parts) > 0}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, columnInfo{c.Name, c.Type.String(), c.Doc})
	}
	full := s.declared[t.Name]
	at := map[string]int{}
	add := func(name string) int {
		i, ok := at[name]
		if !ok {
			i = len(out.Actions)
			at[name] = i
			out.Actions = append(out.Actions, actionInfo{Name: name})
		}
		return i
	}
	for _, p := range full.Parts {
		name, ok := p.Values["ActionType"].Const.(string)
		if !ok {
			continue
		}
		if i := add(name); out.Actions[i].Members == nil {
			for _, m := range p.Bags["AdditionalFields"] {
				out.Actions[i].Members = append(out.Actions[i].Members, columnInfo{m.Key, m.Type.String(), m.Doc})
			}
		}
	}
	for _, p := range t.Parts {
		if name, ok := p.Values["ActionType"].Const.(string); ok {
			out.Actions[add(name)].HasRows = true
		}
		for _, name := range p.OneOf["ActionType"] {
			out.Actions[add(name)].HasRows = true
		}
	}
	return out
}

// kqlString writes a string literal.
func kqlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
