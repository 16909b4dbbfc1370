package cli

import (
	"bytes"
	"io"
	"testing"

	"wirehunt/internal/x/golden"
)

func TestReference(t *testing.T) {
	for name, write := range map[string]func(io.Writer){
		"tables":   writeTablesReference,
		"logs":     writeLogsReference,
		"commands": writeCommandsReference,
	} {
		var b bytes.Buffer
		write(&b)
		golden.Check(t, "../../docs/reference/"+name+".md", b.Bytes())
	}
}
