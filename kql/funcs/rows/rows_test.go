package rows

import (
	"fmt"
	"testing"

	"wirehunt/kql/funcs/dyn"
)

func TestReduce(t *testing.T) {
	var rows [][]any
	for i := range 10 {
		rows = append(rows, []any{fmt.Sprintf("fooZ%d", i)})
	}
	for config, want := range map[string]string{
		`{"threshold":0.1}`:                  "[[others 10 ]]",
		`{"threshold":0.1,"characters":"Z"}`: "[[foo* 10 fooZ0]]",
		`not JSON`:                           "[]",
	} {
		if got := fmt.Sprint(Reduce(rows, config)); got != want {
			t.Errorf("Reduce with %s gives %s, want %s", config, got, want)
		}
	}
}

func TestFloor(t *testing.T) {
	for _, c := range [][4]int64{{7, 5, 0, 5}, {-7, 5, 0, -10}, {7, 5, 1, 6}, {-10, 5, 0, -10}, {7, 0, 0, 7}} {
		if got := floor(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("floor(%d, %d, %d) = %d, want %d", c[0], c[1], c[2], got, c[3])
		}
	}
}

// FuzzFuncs gives every function any rows.
func FuzzFuncs(f *testing.F) {
	f.Add(`[["a",1,0,9,2,1],["b",2,0,9,2,1]]`, `{"threshold":0.1}`)
	f.Add(`[[1,50,638528400000000000,864000000000,3],[2,50,null,0,0]]`, "4")
	f.Add(`[[],[null],["x",-9223372036854775808,9223372036854775807,1,1,1,1,1]]`, "")
	f.Fuzz(func(t *testing.T, text, config string) {
		v, _ := dyn.Parse(text)
		list, _ := v.([]any)
		if len(list) > 50 {
			return
		}
		var rows [][]any
		for _, r := range list {
			if row, ok := r.([]any); ok && len(row) > 0 {
				rows = append(rows, row)
			}
		}
		for name, fn := range Funcs() {
			if out := fn(rows, config); len(out) > 1_000_000 {
				t.Errorf("%s gives %d rows of %d", name, len(out), len(rows))
			}
		}
	})
}
