package api

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"wirehunt/internal/query"
	"wirehunt/kql"
	"wirehunt/kql/diag"
	"wirehunt/schema"
)

// userFunction is a function that somebody saved, for all who use the server.
type userFunction struct {
	Name       string   `json:"name"`
	Signature  string   `json:"signature,omitempty"`
	Parameters []string `json:"parameters"`
	Folder     string   `json:"folder,omitempty"`
	Doc        string   `json:"doc,omitempty"`
	// Text is its declaration, let Name = (parameters) { body };
	Text string `json:"text"`
}

type functionsReply struct {
	Functions []userFunction `json:"functions"`
}

func describeFunction(f *kql.UserFunction) userFunction {
	u := userFunction{Name: f.Name, Signature: f.Signature(), Parameters: f.Params(), Folder: f.Folder, Doc: f.Doc, Text: f.Text}
	if u.Parameters == nil {
		u.Parameters = []string{}
	}
	return u
}

func (s *Server) functionRoutes() []route {
	return []route{
		{method: "GET", path: "/api/v1/functions", access: canQuery, dialect: portalDialect, summary: "Saved functions, which every query can call", out: functionsReply{}, handle: s.getFunctions},
		{method: "POST", path: "/api/v1/functions", access: canShare, dialect: portalDialect, in: userFunction{}, out: functionsReply{}, handle: s.postFunction,
			summary: "Save the functions that a text declares, or a query under a name, in place of those of the same names"},
		{method: "DELETE", path: "/api/v1/functions/{id}", access: canShare, dialect: portalDialect, summary: "Delete a saved function", handle: s.deleteFunction},
	}
}

func (s *Server) getFunctions(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	list, err := query.Functions(r.Context(), s.store)
	if err != nil {
		return broken(err)
	}
	out := functionsReply{Functions: []userFunction{}}
	for i := range list {
		out.Functions = append(out.Functions, describeFunction(&list[i]))
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) postFunction(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	var body userFunction
	if f := s.readJSON(w, r, &body); f != nil {
		return f
	}
	list, f := s.saveFunctions(r.Context(), strings.TrimSpace(body.Name), body.Text, body.Folder, body.Doc)
	if f != nil {
		return f
	}
	out := functionsReply{}
	for i := range list {
		out.Functions = append(out.Functions, describeFunction(&list[i]))
	}
	writeJSON(w, http.StatusCreated, out)
	return nil
}

// saveFunctions saves the functions of a text; folder and doc are for those
// that the text says none of.
func (s *Server) saveFunctions(ctx context.Context, name, text, folder, doc string) ([]kql.UserFunction, *failure) {
	if len(name) > maxName || len(folder) > maxName || len(doc) > maxText {
		return nil, fail(badRequest, "Name and folder have at most %d bytes.", maxName)
	}
	list, diags := kql.ParseFunctions(name, text)
	if diags.HasErrors() || len(list) == 0 {
		return nil, functionFailure(diags, text)
	}
	for i := range list {
		if list[i].Folder == "" {
			list[i].Folder = folder
		}
		if list[i].Doc == "" {
			list[i].Doc = doc
		}
	}
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	at, diags, err := query.SaveFunctions(ctx, s.store, list)
	if err != nil {
		return nil, fail(badRequest, "The function cannot be saved: %v.", err)
	}
	if diags.HasErrors() {
		return nil, functionFailure(diags, list[at].Text)
	}
	return list, nil
}

func (s *Server) deleteFunction(w http.ResponseWriter, r *http.Request, _ identity) *failure {
	ok, err := query.DeleteFunction(r.Context(), s.store, r.PathValue("id"))
	if err != nil {
		return broken(err)
	}
	if !ok {
		return fail(notFound, "There is no such function.")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Kusto's commands for functions.
// https://learn.microsoft.com/kusto/management/functions
var (
	createFunction = regexp.MustCompile(`(?is)^\.(create-or-alter|create|alter)\s+function\s+(ifnotexists\s+)?`)
	dropFunction   = regexp.MustCompile(`(?is)^\.drop\s+function\s+(?:\[\s*["'])?([^\s"'\]]+)(?:["']\s*\])?\s*(ifexists)?\s*;?\s*$`)
	showFunction   = regexp.MustCompile(`(?is)^\.show\s+function\s+(?:\[\s*["'])?([^\s"'\]]+)(?:["']\s*\])?\s*;?\s*$`)
	showFunctions  = regexp.MustCompile(`(?is)^\.show\s+(?:functions|database\s+\S+\s+functions)\s*;?\s*$`)
)

const functionColumns = "Name:string Parameters:string Body:string Folder:string DocString:string"

// functionCommand runs a command for functions; false where it is another.
func (s *Server) functionCommand(ctx context.Context, who identity, text string) ([]schema.Column, [][]any, *failure, bool) {
	columns := cols(functionColumns)
	list, err := query.Functions(ctx, s.store)
	if err != nil {
		return nil, nil, broken(err), true
	}
	find := func(name string) *kql.UserFunction {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
		return nil
	}
	if m := createFunction.FindStringSubmatch(text); m != nil {
		if !who.may(canShare) {
			return nil, nil, fail(forbidden, "The role %s does not allow this.", who.Role), true
		}
		rows, f := s.createFunction(ctx, text, strings.ToLower(m[1]), m[2] != "", find)
		return columns, rows, f, true
	}
	if m := dropFunction.FindStringSubmatch(text); m != nil {
		if !who.may(canShare) {
			return nil, nil, fail(forbidden, "The role %s does not allow this.", who.Role), true
		}
		ok, err := query.DeleteFunction(ctx, s.store, m[1])
		if err != nil {
			return nil, nil, broken(err), true
		}
		if !ok && m[2] == "" {
			return nil, nil, noFunction(m[1]), true
		}
		var left [][]any
		for i := range list {
			if list[i].Name != m[1] {
				left = append(left, functionRow(&list[i]))
			}
		}
		return columns, left, nil, true
	}
	if m := showFunction.FindStringSubmatch(text); m != nil {
		f := find(m[1])
		if f == nil {
			return nil, nil, noFunction(m[1]), true
		}
		return columns, [][]any{functionRow(f)}, nil, true
	}
	if showFunctions.MatchString(text) {
		var rows [][]any
		for i := range list {
			rows = append(rows, functionRow(&list[i]))
		}
		return columns, rows, nil, true
	}
	return nil, nil, nil, false
}

func (s *Server) createFunction(ctx context.Context, text, how string, ifNotExists bool, find func(string) *kql.UserFunction) ([][]any, *failure) {
	parsed, diags := kql.ParseFunctions("", text)
	if diags.HasErrors() || len(parsed) != 1 {
		return nil, functionFailure(diags, text)
	}
	switch old := find(parsed[0].Name); {
	case how == "create" && old != nil && ifNotExists:
		return [][]any{functionRow(old)}, nil
	case how == "create" && old != nil:
		return nil, fail(badRequest, "Entity '%s' of kind 'Function' already exists.", old.Name)
	case how == "alter" && old == nil:
		return nil, noFunction(parsed[0].Name)
	}
	saved, f := s.saveFunctions(ctx, "", text, "", "")
	if f != nil {
		return nil, f
	}
	return [][]any{functionRow(&saved[0])}, nil
}

func functionFailure(diags diag.List, text string) *failure {
	return &failure{kind: badQuery, diags: diags, src: text, message: "The function has errors."}
}

func noFunction(name string) *failure {
	return fail(badRequest, "Entity ID '%s' of kind 'Function' was not found.", name)
}

// functionRow is a function as Kusto's commands show it.
func functionRow(f *kql.UserFunction) []any {
	return []any{f.Name, "(" + strings.Join(f.Params(), ", ") + ")", functionBody(f), f.Folder, f.Doc}
}

// functionBody returns the body with its braces: what follows the parameters.
func functionBody(f *kql.UserFunction) string {
	text := strings.TrimSuffix(strings.TrimSpace(f.Text), ";")
	rest := text[strings.IndexByte(text, '=')+1:]
	depth, quote := 0, byte(0)
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '{' && depth == 0:
			return strings.TrimSpace(rest[i:])
		}
	}
	return strings.TrimSpace(rest)
}
