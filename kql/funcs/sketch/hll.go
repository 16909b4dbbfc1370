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

// Intersect returns how many different hashes the first of some HLLs has, how
// many of these the second has too, and so on.  It is exact while all are
// small, and else what inclusion and exclusion tell.
func Intersect(list []*HLL) []int64 {
	out := make([]int64, len(list))
	exact := !slices.ContainsFunc(list, func(h *HLL) bool { return h.regs != nil })
	if exact {
		var common []uint64
		for i, h := range list {
			if i == 0 {
				common = slices.Clone(h.hashes)
			} else {
				common = slices.DeleteFunc(common, func(x uint64) bool { _, ok := slices.BinarySearch(h.hashes, x); return !ok })
			}
			out[i] = int64(len(common))
		}
		return out
	}
	// |A and B and C| is the sum over all unions of them, with changing signs.
	for subset := 1; subset < 1<<len(list); subset++ {
		union := &HLL{}
		for i, h := range list {
			if subset>>i&1 != 0 {
				union.Merge(h)
			}
		}
		n := union.Count()
		if bits.OnesCount(uint(subset))%2 == 0 {
			n = -n
		}
		for i := bits.Len(uint(subset)) - 1; i < len(list); i++ {
			out[i] += n
		}
	}
	for i, n := range out {
		out[i] = max(n, 0)
		if i > 0 {
			out[i] = min(out[i], out[i-1])
		}
	}
	return out
}
