package modbus

import (
	"encoding/binary"

	"wirehunt/analyzer"
)

// fits reports whether a message's body is long enough for its function, and
// its counts agree.  Functions that are not listed may have any body.
func fits(dir analyzer.Dir, code byte, b []byte) bool {
	if dir == analyzer.Orig {
		return requestFits(code, b)
	}
	return responseFits(code, b)
}

func requestFits(code byte, b []byte) bool {
	switch code {
	case 1, 2, 3, 4, 5, 6:
		return len(b) >= 4
	case 15:
		return len(b) >= 5 && len(b) >= 5+int(b[4])
	case 16:
		return len(b) >= 5 && registersFit(b[2:4], b[4:])
	case 20:
		return len(b) >= 1 && len(b) >= 1+int(b[0]) && b[0]%7 == 0
	case 21:
		return referencesFit(b)
	case 22:
		return len(b) >= 6
	case 23:
		// Unlike those of 16 its counts may disagree.
		return len(b) >= 9 && len(b) >= 9+int(b[8])
	case 24:
		return len(b) >= 2
	}
	return true
}

func responseFits(code byte, b []byte) bool {
	switch code {
	case 1, 2:
		return len(b) >= 1 && len(b) >= 1+int(b[0])
	case 3, 4, 23:
		return len(b) >= 1 && len(b) >= 1+int(b[0]) && b[0]%2 == 0
	case 5, 6, 15, 16:
		return len(b) >= 4
	case 20:
		return recordsFit(b)
	case 21:
		return referencesFit(b)
	case 22:
		return len(b) >= 6
	case 24:
		return len(b) >= 4 && len(b) >= 4+2*int(binary.BigEndian.Uint16(b[2:]))
	}
	return true
}

// registersFit reports whether b, a count of bytes and registers, is whole
// and has room for quantity registers.
func registersFit(quantity, b []byte) bool {
	n := int(b[0])
	return n%2 == 0 && len(b) >= 1+n && 2*int(binary.BigEndian.Uint16(quantity)) <= n
}

// referencesFit reports whether b is a count of bytes and references to
// records of files, with their registers.
func referencesFit(b []byte) bool {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return false
	}
	for b = b[1 : 1+int(b[0])]; len(b) > 0; {
		if len(b) < 7 {
			return false
		}
		n := 7 + 2*int(binary.BigEndian.Uint16(b[5:]))
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}

// recordsFit reports whether b is a count of bytes and records of files.
func recordsFit(b []byte) bool {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return false
	}
	for b = b[1 : 1+int(b[0])]; len(b) > 0; {
		n := 2 + int(b[0])
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
