package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"wirehunt/internal/query"
	"wirehunt/internal/store"
	"wirehunt/schema"
)

// terminalWidth returns the columns of the terminal that w is, or what
// COLUMNS says, or 0 where the output goes to a file.
func terminalWidth(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	n, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return n
}

const (
	minColumn = 12 // text is not cut below this width
	border    = 3  // what a column costs beside its cells
)

// maxTableRows bounds what is laid out as one table; further rows are told in
// the last line.  Other formats have no bound.
const maxTableRows = 10_000

// writeTable writes the rows as a table that fits width columns (0: any).
// Where not even the narrowest columns fit, each row becomes a block of
// lines, a line per column that is not empty.
func writeTable(w io.Writer, cols []schema.Column, rows store.Rows, width int) (n int, err error) {
	var cells [][]string
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = text.StringWidthWithoutEscSequences(c.Name)
	}
	for ; rows.Next(); n++ {
		if n >= maxTableRows {
			continue
		}
		rec := make([]string, len(cols))
		for i, v := range rows.Values() {
			rec[i] = cell(v, cols[i].Type)
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(rec[i]))
		}
		cells = append(cells, rec)
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	switch {
	case len(cols) == 0:
	case len(cells) == 0 && !fit(cols, widths, 100): // a headline of many columns says nothing
	case fit(cols, widths, width-1):
		layTable(w, cols, cells, widths)
	default:
		layRecords(w, cols, cells, width)
	}
	return n, nil
}

// fit cuts the widest columns of text to one width until the table fits, and
// reports whether it does.  Times and numbers are never cut.
func fit(cols []schema.Column, widths []int, width int) bool {
	if width < 0 {
		return true
	}
	cut := func(i, limit int) int {
		if t := cols[i].Type; t == schema.String || t == schema.Dynamic {
			return min(widths[i], limit)
		}
		return widths[i]
	}
	total := func(limit int) (sum int) {
		for i := range widths {
			sum += cut(i, limit) + border
		}
		return sum
	}
	limit := slices.Max(widths)
	for ; total(limit) > width; limit-- {
		if limit <= minColumn {
			return false
		}
	}
	for i := range widths {
		widths[i] = cut(i, limit)
	}
	return true
}

func layTable(w io.Writer, cols []schema.Column, cells [][]string, widths []int) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.DrawBorder = false
	style.Box.PaddingLeft, style.Box.PaddingRight = " ", " "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	var head table.Row
	var conf []table.ColumnConfig
	for i, c := range cols {
		head = append(head, c.Name)
		cc := table.ColumnConfig{Number: i + 1, WidthMax: widths[i], WidthMaxEnforcer: cut}
		switch c.Type {
		case schema.Int, schema.Long, schema.Real, schema.Decimal:
			cc.Align, cc.AlignHeader = text.AlignRight, text.AlignRight
		}
		conf = append(conf, cc)
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(conf)
	for _, rec := range cells {
		row := make(table.Row, len(rec))
		for i, s := range rec {
			row[i] = s
		}
		t.AppendRow(row)
	}
	t.Render()
}

// cut shortens a cell and marks that it was.
func cut(s string, width int) string {
	if text.StringWidthWithoutEscSequences(s) <= width {
		return s
	}
	return text.Trim(s, width-1) + "…"
}

func layRecords(w io.Writer, cols []schema.Column, cells [][]string, width int) {
	name := 0
	for _, c := range cols {
		name = max(name, len(c.Name))
	}
	for n, rec := range cells {
		head := fmt.Sprintf("── row %d ", n+1)
		fmt.Fprintln(w, head+strings.Repeat("─", max(0, min(width, 100)-len([]rune(head)))))
		for i, s := range rec {
			if s != "" {
				fmt.Fprintf(w, "%*s  %s\n", name, cols[i].Name, s)
			}
		}
	}
}

// cell is a value as the table shows it: times without the zeros at their
// end, control characters made visible, so that text from packets can
// neither move the cursor nor colour the screen.
func cell(v any, t schema.Type) string {
	if ticks, ok := v.(int64); ok && t == schema.DateTime {
		return query.Time(ticks).Format("2006-01-02 15:04:05.9999999")
	}
	return visible(string(query.AppendText(nil, v, t)))
}

func visible(s string) string {
	clean := true
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x202e {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r == 0x2028 || r == 0x202e:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
