package dcerpc

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"wirehunt/analyzer/wire/win"
)

// iface is an interface whose operations have names.
type iface struct {
	name string
	ops  []string // by number; "" for none
}

// interfaces are the known interfaces, by UUID in its binary form.  They are
// read from the tables once and not changed.
var interfaces = load(tableCore, tableMore)

// load reads tables: a line "UUID name" for an interface, then indented lines
// with the names of its operations in order.  "@12" sets the number of the
// next one.
func load(tables ...string) map[[16]byte]*iface {
	m := make(map[[16]byte]*iface)
	var cur *iface
	for _, t := range tables {
		for line := range strings.Lines(t) {
			switch {
			case line == "\n":
			case line[0] != '\t':
				uuid, name, _ := strings.Cut(strings.TrimSpace(line), " ")
				cur = &iface{name: name}
				m[parseUUID(uuid)] = cur
			default:
				for w := range strings.FieldsSeq(line) {
					if w[0] == '@' {
						n, err := strconv.Atoi(w[1:])
						if err != nil || n < len(cur.ops) {
							panic(fmt.Sprintf("BUG: %s: operation %s", cur.name, w))
						}
						cur.ops = append(cur.ops, make([]string, n-len(cur.ops))...)
						continue
					}
					cur.ops = append(cur.ops, w)
				}
			}
		}
	}
	return m
}

// parseUUID returns the binary form, little-endian, of a UUID's text.
func parseUUID(s string) (u [16]byte) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		panic("BUG: UUID " + s)
	}
	copy(u[:], b)
	swapUUID(&u)
	return u
}

// names returns the names of the context's interface and of its operation
// opnum.
func (c *context) names(opnum uint16) (endpoint, operation string) {
	if c.iface == nil {
		return string(win.AppendGUID([]byte("unknown-"), c.uuid[:])), "unknown-" + strconv.Itoa(int(opnum))
	}
	if int(opnum) < len(c.iface.ops) && c.iface.ops[opnum] != "" {
		return c.iface.name, c.iface.ops[opnum]
	}
	return c.iface.name, "unknown-" + strconv.Itoa(int(opnum))
}

// ignored reports whether an operation is too common to be worth a record
// (Zeek's DCE_RPC::ignored_operations).
func ignored(endpoint, operation string) bool {
	switch endpoint {
	case "winreg":
		switch operation {
		case "BaseRegCloseKey", "BaseRegGetVersion", "BaseRegOpenKey", "BaseRegQueryValue",
			"BaseRegDeleteKeyEx", "OpenLocalMachine", "BaseRegEnumKey", "OpenClassesRoot":
			return true
		}
	case "spoolss":
		return operation == "RpcSplOpenPrinter" || operation == "RpcClosePrinter"
	case "wkssvc":
		return operation == "NetrWkstaGetInfo"
	}
	return false
}
