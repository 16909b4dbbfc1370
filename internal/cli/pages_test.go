package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wirehunt/analyzer/all"
	"wirehunt/event"
	"wirehunt/internal/defender"
)

// The pages of docs/reference are written from the declarations of the
// program; a test compares.

const generated = "<!-- Written by the tests from the program's declarations (go test ./internal/cli -update). -->\n\n"

// writeTablesReference writes the page of Defender's tables.
func writeTablesReference(w io.Writer) {
	fmt.Fprint(w, "# Tables\n\n", generated)
	fmt.Fprint(w, "Defender's tables have the columns that Microsoft documents. Zeek's logs are tables too: see [logs](logs.md).\n")
	for _, t := range defender.Tables(logs(), nil) {
		if strings.HasPrefix(t.Name, "Zeek") {
			continue
		}
		fmt.Fprintf(w, "\n## %s\n\n%s\n\n| column | type | |\n|---|---|---|\n", t.Name, t.Doc)
		for _, c := range t.Columns {
			fmt.Fprintf(w, "| %s | %s | %s |\n", c.Name, c.Type, c.Doc)
		}
		for _, at := range actionTypes(&t) {
			fmt.Fprintf(w, "\n### %s\n\n", at.Name)
			if len(at.Members) == 0 {
				fmt.Fprintf(w, "Made of `conn` records with conn_state %s.\n", strings.Join(defender.FlowActions()[at.Name], ", "))
				continue
			}
			fmt.Fprint(w, "| AdditionalFields | |\n|---|---|\n")
			for _, p := range t.Parts {
				if p.Values["ActionType"].Const != at.Name {
					continue
				}
				for _, m := range p.Bags["AdditionalFields"] {
					fmt.Fprintf(w, "| %s | %s |\n", m.Key, m.Doc)
				}
				break
			}
		}
	}
}

// writeLogsReference writes the page of the logs and of what is analysed.
func writeLogsReference(w io.Writer) {
	fmt.Fprint(w, "# Protocols and logs\n\n", generated)
	fmt.Fprint(w, "| protocol | service | found by content | ports | logs |\n|---|---|---|---|---|\n")
	for _, s := range all.Specs() {
		var names []string
		for _, l := range s.Logs {
			names = append(names, l.Name)
		}
		content := "no"
		if s.Probe != nil {
			content = "yes"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", s.Title, s.Name, content, ports(s.TCPPorts, s.UDPPorts), strings.Join(names, ", "))
	}
	for _, l := range logs() {
		fmt.Fprintf(w, "\n## %s\n\n%s Table `%s`", l.Name, l.Doc, defender.TableName(l.Name))
		if l.Action != "" {
			fmt.Fprintf(w, ", ActionType `%s`", l.Action)
		}
		fmt.Fprint(w, ".\n\n| field | Zeek type | Kusto type | |\n|---|---|---|---|\n")
		for i := range l.Fields {
			f := &l.Fields[i]
			doc := f.Doc
			if f.Extra {
				doc += " Not in Zeek's own log."
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s |\n", f.Name, zeekType(f), defender.FieldType(f), doc)
		}
	}
}

func zeekType(f *event.Field) string {
	kinds := [...]string{event.Time: "time", event.Interval: "interval", event.Count: "count", event.Int: "int", event.Double: "double",
		event.Bool: "bool", event.String: "string", event.Enum: "enum", event.Addr: "addr", event.Port: "port"}
	switch f.Multi {
	case event.Vector:
		return "vector of " + kinds[f.Kind]
	case event.Set:
		return "set of " + kinds[f.Kind]
	}
	return kinds[f.Kind]
}

func ports(tcp, udp []uint16) string {
	var out []string
	for _, p := range tcp {
		out = append(out, fmt.Sprintf("%d/tcp", p))
	}
	for _, p := range udp {
		out = append(out, fmt.Sprintf("%d/udp", p))
	}
	return strings.Join(out, " ")
}

// writeCommandsReference writes the page of the command line.
func writeCommandsReference(w io.Writer) {
	fmt.Fprint(w, "# Command line\n\n", generated)
	root := rootCommand(&app{})
	fmt.Fprintf(w, "%s\n", root.Long)
	cmds := root.Commands()
	slices.SortFunc(cmds, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	for _, c := range cmds {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		fmt.Fprintf(w, "\n## wirehunt %s\n\n%s\n\n```\n%s\n```\n", c.Use, text, strings.TrimRight(c.Example, "\n"))
		if !c.HasAvailableLocalFlags() {
			continue
		}
		fmt.Fprint(w, "\n| flag | |\n|---|---|\n")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			arg, usage := pflag.UnquoteUsage(f)
			name := "--" + f.Name
			if f.Shorthand != "" {
				name = "-" + f.Shorthand + ", " + name
			}
			if arg != "" {
				name += " " + arg
			}
			if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" && f.DefValue != "0s" {
				usage += " (default " + f.DefValue + ")"
			}
			fmt.Fprintf(w, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "`", ""))
		})
	}
}
