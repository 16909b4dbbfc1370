// Package sketch holds the mergeable summaries behind hll() and tdigest():
// how many different values there were, and how they are distributed.  Both
// are exact while they are small.
package sketch

import (
	"encoding/base64"
	"math"
	"math/bits"
	"slices"
)

// maxHashes is how many different hashes a HLL keeps before it turns into
// registers.
const maxHashes = 4096

// precision is the number of hash bits that choose a register; the error is
// 1.04 / sqrt(2^precision), 0.8 %.
const precision = 14

// HLL counts different values by their hashes.  The zero value is empty.
//
// Flajolet, Fusy, Gandouet, Meunier: HyperLogLog, 2007.
type HLL struct {
	hashes []uint64 // sorted, while registers is nil
	regs   []byte
}

// Add counts hashes.
func (h *HLL) Add(hashes ...uint64) {
	if h.regs == nil {
		h.hashes = append(h.hashes, hashes...)
		slices.Sort(h.hashes)
		h.hashes = slices.Compact(h.hashes)
		if len(h.hashes) <= maxHashes {
			return
		}
		h.regs = make([]byte, 1<<precision)
		hashes, h.hashes = h.hashes, nil
	}
	for _, x := range hashes {
		x *= 0x9e3779b97f4a7c15 // the top bits must depend on all
		i := x >> (64 - precision)
		rank := byte(bits.LeadingZeros64(x<<precision|1<<(precision-1)) + 1)
		h.regs[i] = max(h.regs[i], rank)
	}
}

// Merge counts what o has counted.
func (h *HLL) Merge(o *HLL) {
	if o.regs == nil {
		h.Add(o.hashes...)
		return
	}
	if h.regs == nil {
		mine := h.hashes
		h.hashes, h.regs = nil, make([]byte, 1<<precision)
		h.Add(mine...)
	}
	for i, r := range o.regs {
		h.regs[i] = max(h.regs[i], r)
	}
}

// Count returns how many different hashes there were, about.
func (h *HLL) Count() int64 {
	if h.regs == nil {
		return int64(len(h.hashes))
	}
	const m = 1 << precision
	sum, zero := 0.0, 0
	for _, r := range h.regs {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			zero++
		}
	}
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && zero > 0 {
		e = m * math.Log(float64(m)/float64(zero))
	}
	return int64(math.Round(e))
}

// Values returns the state as a dynamic array.
func (h *HLL) Values() []any {
	if h.regs != nil {
		return []any{"hll", base64.StdEncoding.EncodeToString(h.regs)}
	}
	l := make([]any, len(h.hashes))
	for i, x := range h.hashes {
		l[i] = int64(x)
	}
	return []any{"hll", l}
}

// ParseHLL reads what Values wrote; it reports false for anything else.
func ParseHLL(v []any) (*HLL, bool) {
	if len(v) != 2 || v[0] != "hll" {
		return nil, false
	}
	h := &HLL{}
	switch x := v[1].(type) {
	case string:
		b, err := base64.StdEncoding.DecodeString(x)
		if err != nil || len(b) != 1<<precision {
			return nil, false
		}
		for i := range b {
			b[i] = min(b[i], 64)
		}
		h.regs = b
		return h, true
	case []any:
		var hashes []uint64
		for _, e := range x {
			n, ok := e.(int64)
			if !ok {
				return nil, false
			}
			hashes = append(hashes, uint64(n))
		}
		h.Add(hashes...)
		return h, true
	}
	return nil, false
}
