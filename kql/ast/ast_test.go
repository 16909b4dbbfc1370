package ast

import (
	"reflect"
	"slices"
	"testing"

	"wirehunt/kql/token"
)

// nodeTypes are all nodes that hold others; TestChildren fails when a field of
// one is not visited.
var nodeTypes = []Node{
	&Query{}, &Param{}, &ColumnDecl{}, &SchemaType{}, &ExprStmt{}, &LetStmt{}, &SetStmt{}, &AliasStmt{}, &RestrictStmt{},
	&QueryParamsStmt{}, &PatternStmt{}, &PatternCase{}, &FuncLit{}, &FuncParam{}, &FuncBody{}, &DynamicLit{}, &DynArray{},
	&DynObject{}, &DynMember{}, &TypeOf{}, &Unary{}, &Binary{}, &In{}, &Between{}, &Paren{}, &Call{}, &Path{}, &Index{},
	&NamedExpr{}, &Ordered{}, &Pipe{}, &OpSource{}, &Print{}, &Range{}, &DataTable{}, &ExternalData{}, &InlineExternalTable{},
	&EntityGroup{}, &MacroExpand{}, &As{}, &Consume{}, &Count{}, &Distinct{}, &Evaluate{}, &Extend{}, &Facet{}, &Find{},
	&FindColumn{}, &Fork{}, &ForkBranch{}, &GetSchema{}, &Invoke{}, &Join{}, &Lookup{}, &MvApply{}, &MvExpand{}, &MvColumn{},
	&Project{}, &Parse{}, &PatternPart{}, &ParseKV{}, &Partition{}, &PartitionBy{}, &Reduce{}, &Render{}, &RenderProp{},
	&Sample{}, &SampleDistinct{}, &Scan{}, &ScanStep{}, &Search{}, &Serialize{}, &Sort{}, &Summarize{}, &Take{}, &Top{},
	&TopHitters{}, &TopNested{}, &TopNestedClause{}, &Union{}, &Where{}, &MakeSeries{}, &SeriesAgg{}, &AssertSchema{},
}

// TestChildren fills every field of every node that can hold a node, and
// checks that Children finds each of them.
func TestChildren(t *testing.T) {
	expr, stmt, op := reflect.TypeFor[Expr](), reflect.TypeFor[Stmt](), reflect.TypeFor[Operator]()
	node := reflect.TypeFor[Node]()
	for _, n := range nodeTypes {
		v := reflect.New(reflect.TypeOf(n).Elem())
		want := 0
		fill := func(f reflect.Value) bool {
			switch ft := f.Type(); {
			case ft == expr:
				f.Set(reflect.ValueOf(&BadExpr{}))
			case ft == stmt:
				f.Set(reflect.ValueOf(&BadStmt{}))
			case ft == op:
				f.Set(reflect.ValueOf(&BadOp{}))
			case ft.Kind() == reflect.Pointer && ft.Implements(node):
				f.Set(reflect.New(ft.Elem()))
			case reflect.PointerTo(ft).Implements(node) && ft != reflect.TypeFor[Extent]():
			default:
				return false
			}
			want++
			return true
		}
		for i := range v.Elem().NumField() {
			f := v.Elem().Field(i)
			if f.Kind() == reflect.Slice {
				s := reflect.MakeSlice(f.Type(), 1, 1)
				if fill(s.Index(0)) {
					f.Set(s)
				}
				continue
			}
			fill(f)
		}
		got := 0
		Children(v.Interface().(Node), func(c Node) {
			if isNil(c) {
				t.Errorf("%T gives a nil child", n)
			}
			got++
		})
		if got != want {
			t.Errorf("Children of %T visits %d of %d fields", n, got, want)
		}
	}
}

func TestWalkStops(t *testing.T) {
	x := &Binary{Op: OpAdd, X: &Paren{X: &Ident{Name: "a"}}, Y: &Ident{Name: "b"}}
	var got []string
	Walk(x, func(n Node) bool {
		if id, ok := n.(*Ident); ok {
			got = append(got, id.Name)
		}
		_, paren := n.(*Paren)
		return !paren
	})
	if !slices.Equal(got, []string{"b"}) {
		t.Errorf("got %v", got)
	}
	Walk((*Ident)(nil), func(Node) bool { t.Error("visited nil"); return true })
}

func TestSpanOf(t *testing.T) {
	if got := SpanOf((*Call)(nil)); got != (token.Span{}) {
		t.Errorf("nil node has span %v", got)
	}
	if got := SpanOf(&Ident{Extent: At(token.Span{Start: 1, End: 3})}); got.Len() != 2 {
		t.Errorf("got %v", got)
	}
}

func TestParams(t *testing.T) {
	list := []*Param{
		{Name: &Ident{Name: "Kind"}, Value: &Ident{Name: "inner"}},
		{Name: &Ident{Name: "hint.strategy"}, Value: &Literal{Type: LitString, Text: "shuffle"}},
	}
	for _, tt := range []struct{ name, want string }{{"kind", "inner"}, {"hint.strategy", "shuffle"}, {"none", ""}} {
		if got := FindParam(list, tt.name).Word(); got != tt.want {
			t.Errorf("%s = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestUnparen(t *testing.T) {
	id := &Ident{Name: "a"}
	if got := Unparen(&Paren{X: &Paren{X: id}}); got != Expr(id) {
		t.Errorf("got %v", Dump(got))
	}
}
