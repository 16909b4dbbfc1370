package http

import (
	"testing"
	"unsafe"
)

// A sensor has as many analyzers as connections: they must stay small.
func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Analyzer{}); n > 3<<10 {
		t.Errorf("an Analyzer has %d bytes", n)
	}
}
