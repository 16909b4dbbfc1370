package kql

import (
	"strings"
	"testing"
)

func TestLibraryFunctions(t *testing.T) {
	got := map[string]LibraryFunction{}
	for _, f := range LibraryFunctions() {
		if f.Doc == "" || strings.HasPrefix(f.Doc, "//") || !strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s: doc %q is no sentence", f.Name, f.Doc)
		}
		if !strings.HasPrefix(f.Code, "let "+f.Name+" = ") || !strings.HasSuffix(f.Code, "};") {
			t.Errorf("%s: code %q is no let statement", f.Name, f.Code)
		}
		got[f.Name] = f
	}
	if f := got["SeenBy"]; !f.Tabular || len(f.Params) != 1 || !strings.HasPrefix(f.Params[0], "x: string") {
		t.Errorf("SeenBy: %+v", f)
	}
	if f := got["AssignedIPAddresses"]; f.Tabular || len(f.Params) != 2 {
		t.Errorf("AssignedIPAddresses: %+v", f)
	}
}
