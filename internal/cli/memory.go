package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// What the program itself may take before the garbage collector works harder,
// so that the process stays below 512 MiB: beside a database, which has its own
// limit (--memory-limit), and alone.
const (
	memoryBesideDatabase = 192 << 20
	memoryAlone          = 384 << 20
	// memoryOfAppends is what the database may take while rows come in.
	memoryOfAppends = 128 << 20
)

// memoryUncollected is up to where a program that ends soon does not collect
// garbage at all.
const memoryUncollected = 288 << 20

// limitMemory bounds the program's own memory, unless GOMEMLIMIT says
// otherwise.
func limitMemory(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

// collectLate bounds the memory like limitMemory, and puts the first
// collection of garbage off until memoryUncollected is in use: captures of
// usual size are done before.  GOGC and GOMEMLIMIT have the last word.
func collectLate(bytes int64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		limitMemory(bytes)
		return
	}
	percent := debug.SetGCPercent(-1)
	debug.SetMemoryLimit(memoryUncollected)
	// The sentinel goes with the first collection.
	runtime.AddCleanup(new([64]byte), func(percent int) {
		debug.SetMemoryLimit(bytes)
		debug.SetGCPercent(percent)
	}, percent)
}
