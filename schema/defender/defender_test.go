package defender

import "testing"

func TestTables(t *testing.T) {
	last := ""
	for _, table := range All() {
		if table.Name <= last {
			t.Errorf("%s is out of order", table.Name)
		}
		last = table.Name
		seen := map[string]bool{}
		for _, c := range append(table.Columns, table.Hidden...) {
			if seen[c.Name] {
				t.Errorf("%s.%s twice", table.Name, c.Name)
			}
			seen[c.Name] = true
			if c.Doc == "" {
				t.Errorf("%s.%s has no documentation", table.Name, c.Name)
			}
		}
		if table.Columns[0].Name != "Timestamp" || table.Columns[0].Type.String() != "datetime" {
			t.Errorf("%s starts with %s", table.Name, table.Columns[0].Name)
		}
	}
}
