package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// placeholder is an element of a path that stands for one that is to be made.
var placeholder = regexp.MustCompile(`NAME|NN`)

// TestContributing checks that the files, folders and make targets that
// docs/CONTRIBUTING.md names exist.
func TestContributing(t *testing.T) {
	doc, err := os.ReadFile("../../docs/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	// Paths in Markdown's `code`.  testdata/fuzz is any package's.
	path := regexp.MustCompile(`^\w[\w.*-]*(/[\w.*-]+)*/?$`)
	file := regexp.MustCompile(`\.(go|md|sh|txt|txtar|kql)$`)
	paths := 0
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(doc), -1) {
		name := m[1]
		if !path.MatchString(name) || !strings.Contains(name, "/") && !file.MatchString(name) || strings.HasPrefix(name, "golang.org/") || name == "testdata/fuzz" {
			continue
		}
		paths++
		if at := placeholder.FindStringIndex(name); at != nil {
			name = name[:strings.LastIndexByte(name[:at[0]], '/')+1]
		}
		if found, err := filepath.Glob(filepath.Join("../..", name)); err != nil || len(found) == 0 {
			t.Errorf("docs/CONTRIBUTING.md names %s, which is not there", m[1])
		}
	}
	if paths < 40 {
		t.Errorf("docs/CONTRIBUTING.md names %d paths; most are not found in it", paths)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`make ([a-z]+)").FindAllStringSubmatch(string(doc), -1) {
		if !strings.Contains(string(makefile), "\n"+m[1]+":") {
			t.Errorf("docs/CONTRIBUTING.md names make %s, which is not there", m[1])
		}
	}
}
