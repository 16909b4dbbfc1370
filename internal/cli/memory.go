package cli

import (
	"os"
	"runtime/debug"
)

// What the program itself may take before the garbage collector works harder,
// so that the process stays below 512 MiB: beside a database, which has its own
// limit (--memory-limit), and alone.
const (
	memoryBesideDatabase = 192 << 20
	memoryAlone          = 384 << 20
)

// limitMemory bounds the program's own memory, unless GOMEMLIMIT says
// otherwise.
func limitMemory(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}
