package pcapfile

import (
	"errors"
	"fmt"
)

// ErrEmpty is returned for input of no bytes.
var ErrEmpty = errors.New("empty file, not a capture")

// NotCaptureError is returned for input that is neither pcap nor pcapng.
type NotCaptureError struct {
	// Start is how the input starts, up to 16 bytes.
	Start []byte
}

// Error implements error.
func (e *NotCaptureError) Error() string {
	return fmt.Sprintf("not a capture file: starts with %q, want pcap or pcapng", e.Start)
}

// TruncatedError is returned when the input ends inside a record.  All whole
// packets before were returned.
type TruncatedError struct {
	// Offset is where the cut record starts, in bytes of the uncompressed
	// capture.
	Offset int64
	// What was cut.
	What string
}

// Error implements error.
func (e *TruncatedError) Error() string {
	return fmt.Sprintf("capture is cut off in the %s at offset %d", e.What, e.Offset)
}

// FormatError is returned for input that is damaged.
type FormatError struct {
	// Offset is where the damaged record starts, in bytes of the uncompressed
	// capture.
	Offset int64
	// What is wrong.
	What string
}

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("damaged capture: %s at offset %d", e.What, e.Offset)
}
