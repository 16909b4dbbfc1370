// Package hunts holds the queries that wirehunt ships: one file each, which
// starts with a comment of its title and, where there is one, its MITRE
// ATT&CK technique.
package hunts

import (
	"embed"
	"path"
	"strings"
)

//go:embed *.kql
var files embed.FS

// Hunt is one query.
type Hunt struct {
	Name      string // the file's name without number and extension
	Title     string
	Technique string // "T1110.001", or ""
	Query     string // the whole file
}

// All returns the hunts in order.
func All() []Hunt {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic("BUG: the embedded folder cannot be read: " + err.Error())
	}
	var out []Hunt
	for _, e := range entries {
		b, err := files.ReadFile(e.Name())
		if err != nil {
			panic("BUG: the embedded file cannot be read: " + err.Error())
		}
		h := Hunt{Query: string(b)}
		_, h.Name, _ = strings.Cut(strings.TrimSuffix(path.Base(e.Name()), ".kql"), "-")
		for line := range strings.Lines(h.Query) {
			text, ok := strings.CutPrefix(line, "// ")
			if !ok {
				break
			}
			text = strings.TrimSpace(text)
			if t, ok := strings.CutPrefix(text, "MITRE ATT&CK: "); ok {
				h.Technique = t
			} else if h.Title == "" {
				h.Title = strings.TrimSuffix(text, ".")
			}
		}
		out = append(out, h)
	}
	return out
}
