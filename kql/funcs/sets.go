package funcs

import (
	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
)

// sets are the functions on arrays as sets.
// https://learn.microsoft.com/kusto/query/scalar-functions#set-functions
func sets() []types.Func {
	combine := func(name, doc string, keep func(x any, others [][]any) bool, union bool) types.Func {
		return goFn(name, "(set...:DynamicArray) -> dynamic", doc, func(a []types.Value) any {
			var all [][]any
			for _, v := range a {
				all = append(all, arr(v))
			}
			out := []any{}
			add := func(x any) {
				if !member(x, out) {
					out = append(out, x)
				}
			}
			for _, x := range all[0] {
				if keep(x, all[1:]) {
					add(x)
				}
			}
			if union {
				for _, l := range all[1:] {
					for _, x := range l {
						add(x)
					}
				}
			}
			return dyn.JSON(out)
		})
	}
	return []types.Func{
		combine("set_union", "The elements of any of the sets.", func(any, [][]any) bool { return true }, true),
		combine("set_intersect", "The elements of all of the sets.", func(x any, others [][]any) bool {
			for _, l := range others {
				if !member(x, l) {
					return false
				}
			}
			return true
		}, false),
		combine("set_difference", "The elements of the first set that are in no other.", func(x any, others [][]any) bool {
			for _, l := range others {
				if member(x, l) {
					return false
				}
			}
			return true
		}, false),
		goFn("set_equals", "(set1:DynamicArray, set2:DynamicArray) -> bool", "Whether two arrays have the same elements.", func(a []types.Value) any {
			x, y := arr(a[0]), arr(a[1])
			return subset(x, y) && subset(y, x)
		}),
		example(goFn("set_has_element", "(set:DynamicArray, value:Scalar) -> bool", "Whether a value is among the elements.", func(a []types.Value) any {
			return member(val(a[1]), arr(a[0]))
		}), "set_has_element(dynamic([1,2]), 2)", "true"),
		hidden(goFn("merge_bags", "(bags:DynamicArray) -> dynamic", "What make_bag makes of its bags.", func(a []types.Value) any {
			out := dyn.NewBag()
			for _, x := range arr(a[0]) {
				if b, ok := x.(*dyn.Bag); ok {
					for _, k := range b.Keys {
						if _, has := out.Values[k]; !has {
							out.Set(k, b.Values[k])
						}
					}
				}
			}
			return dyn.JSON(out)
		})),
		hidden(goFn("flatten_set", "(values:DynamicArray) -> dynamic", "What make_set makes of arrays: the set of their elements.", func(a []types.Value) any {
			out, seen := []any{}, map[string]bool{}
			add := func(x any) {
				if k := string(dyn.Append(nil, x)); x != nil && !seen[k] {
					seen[k] = true
					out = append(out, x)
				}
			}
			for _, x := range arr(a[0]) {
				if l, ok := x.([]any); ok {
					for _, e := range l {
						add(e)
					}
					continue
				}
				add(x)
			}
			return dyn.JSON(out)
		})),
		goFn("jaccard_index", "(set...:DynamicArray) -> real", "The size of the intersection over that of the union.", func(a []types.Value) any {
			x, y := arr(a[0]), arr(a[len(a)-1])
			var union []any
			both := 0
			for _, e := range x {
				if !member(e, union) {
					union = append(union, e)
					if member(e, y) {
						both++
					}
				}
			}
			for _, e := range y {
				if !member(e, union) {
					union = append(union, e)
				}
			}
			if len(union) == 0 {
				return nil
			}
			return float64(both) / float64(len(union))
		}),
	}
}

func member(x any, l []any) bool {
	for _, y := range l {
		if dyn.Equal(x, y) {
			return true
		}
	}
	return false
}

func subset(x, y []any) bool {
	for _, e := range x {
		if !member(e, y) {
			return false
		}
	}
	return true
}
