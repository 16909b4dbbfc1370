package funcs

import (
	"testing"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// dynamicOf returns a dynamic value of JSON text.
func dynamicOf(s string) types.Value { return types.Value{T: schema.Dynamic, V: s} }

func TestSeveral(t *testing.T) {
	y := dynamicOf("[2,4,6]")
	for _, c := range []struct{ name, want string }{
		{"series_fit_line", "[1.0,2.0,4.0,0.0,0.0,[2.0,4.0,6.0]]"},
		{"series_fit_line_dynamic", `{"rsquare":1.0,"slope":2.0,"variance":4.0,"rvariance":0.0,"interception":0.0,"line_fit":[2.0,4.0,6.0]}`},
		{"series_stats", "[2.0,0,6.0,2,4.0,2.0,4.0]"},
		{"series_decompose", "[[4.0,4.0,4.0],[0.0,0.0,0.0],[4.0,4.0,4.0],[-2.0,0.0,2.0]]"},
	} {
		f := All().Scalar(c.name)
		if got := types.Eval(f, schema.Dynamic, []types.Value{y}); got != c.want {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
	}
	if got := types.Eval(All().Scalar("series_fit_line"), schema.Dynamic, []types.Value{dynamicOf("[1,null]")}); got != nil {
		t.Errorf("a line through null: %v", got)
	}
}
