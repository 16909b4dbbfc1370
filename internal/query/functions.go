package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wirehunt/internal/store"
	"wirehunt/kql"
	"wirehunt/kql/complete"
	"wirehunt/kql/diag"
)

// functionKind is the kind of the store's documents that are functions.
const functionKind = "function"

// maxFunction bounds a function's text in bytes, and maxFunctions their number.
const (
	maxFunction  = 1 << 20
	maxFunctions = 10_000
)

// savedFunction is a document of the store.
type savedFunction struct {
	Text   string `json:"text"`
	Doc    string `json:"doc,omitempty"`
	Folder string `json:"folder,omitempty"`
}

// Functions returns the functions that are saved in a store, by name; none for
// a store that keeps no documents.
func Functions(ctx context.Context, e store.Engine) ([]kql.UserFunction, error) {
	st, ok := e.(store.State)
	if !ok {
		return nil, nil
	}
	var out []kql.UserFunction
	err := st.ListState(ctx, functionKind, func(id string, body []byte) error {
		var doc savedFunction
		if err := json.Unmarshal(body, &doc); err != nil {
			return fmt.Errorf("the saved function %s: %w", id, err)
		}
		list, _ := kql.ParseFunctions(id, doc.Text)
		if len(list) == 1 { // it was checked when it was saved
			list[0].Doc, list[0].Folder = doc.Doc, doc.Folder
			out = append(out, list[0])
		}
		return nil
	})
	return out, err
}

// ErrNoState tells of a store that keeps no functions.
var ErrNoState = errors.New("this store keeps no functions")

// SaveFunctions checks functions and saves them in a store, in place of those of
// the same names.  Where a diagnostic is an error nothing is saved; its place is
// in the text of the function whose index is returned.
func SaveFunctions(ctx context.Context, e store.Engine, list []kql.UserFunction) (index int, diags diag.List, err error) {
	st, ok := e.(store.State)
	if !ok {
		return 0, nil, ErrNoState
	}
	opt, err := CompilerOptions(ctx, e, Options{})
	if err != nil {
		return 0, nil, err
	}
	for _, f := range list {
		opt.Functions = slices.DeleteFunc(opt.Functions, func(o kql.UserFunction) bool { return o.Name == f.Name })
	}
	opt.Functions = append(opt.Functions, list...)
	if len(opt.Functions) > maxFunctions {
		return 0, nil, fmt.Errorf("more than %d functions", maxFunctions)
	}
	for i, f := range list {
		if len(f.Text) > maxFunction {
			return i, nil, fmt.Errorf("the function %s is longer than %d bytes", f.Name, maxFunction)
		}
		if diags = kql.CheckFunction(f, opt); diags.HasErrors() {
			return i, diags, nil
		}
	}
	for i, f := range list {
		body, err := json.Marshal(savedFunction{Text: f.Text, Doc: f.Doc, Folder: f.Folder})
		if err == nil {
			err = st.PutState(ctx, functionKind, f.Name, body)
		}
		if err != nil {
			return i, nil, err
		}
	}
	return 0, diags, nil
}

// DeleteFunction removes a saved function, and tells whether it was there.
func DeleteFunction(ctx context.Context, e store.Engine, name string) (bool, error) {
	st, ok := e.(store.State)
	if !ok {
		return false, ErrNoState
	}
	return st.DeleteState(ctx, functionKind, name)
}

// ReadFunctions reads the functions in the files *.kql of a folder.  A file
// holds functions, or a query that is a function with the file's name.
func ReadFunctions(dir string) ([]kql.UserFunction, error) {
	files, err := fs.Glob(os.DirFS(dir), "*.kql")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	var out []kql.UserFunction
	for _, name := range files {
		path := filepath.Join(dir, name)
		st, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if st.Size() > maxFunction {
			return nil, fmt.Errorf("%s: longer than %d bytes", path, maxFunction)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		list, diags := kql.ParseFunctions(strings.TrimSuffix(name, ".kql"), string(text))
		if err := diags.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, f := range list {
			if slices.ContainsFunc(out, func(o kql.UserFunction) bool { return o.Name == f.Name }) {
				return nil, fmt.Errorf("%s: there is another function called %s", path, f.Name)
			}
		}
		if out = append(out, list...); len(out) > maxFunctions {
			return nil, fmt.Errorf("%s: more than %d functions", dir, maxFunctions)
		}
	}
	return out, nil
}

// Completion returns functions as an editor proposes them.
func Completion(list []kql.UserFunction) []complete.Function {
	out := make([]complete.Function, len(list))
	for i := range list {
		f := &list[i]
		out[i] = complete.Function{Name: f.Name, Kind: complete.Saved, Doc: f.Doc, Params: f.Params()}
	}
	return out
}
