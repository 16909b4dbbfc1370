package funcs

import (
	"encoding/binary"
	"math"
	"math/bits"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

// The primes of xxHash64.  https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

func round64(acc, in uint64) uint64 { return bits.RotateLeft64(acc+in*prime2, 31) * prime1 }

func merge64(acc, v uint64) uint64 { return (acc^round64(0, v))*prime1 + prime4 }

// xxHash64 is the hash of b with seed 0.
func xxHash64(b []byte) uint64 {
	n := uint64(len(b))
	var h uint64
	if len(b) >= 32 {
		p1, p2 := prime1, prime2
		v := [4]uint64{p1 + p2, p2, 0, -p1}
		for len(b) >= 32 {
			for i := range v {
				v[i] = round64(v[i], binary.LittleEndian.Uint64(b[8*i:]))
			}
			b = b[32:]
		}
		h = bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) + bits.RotateLeft64(v[3], 18)
		for _, x := range v {
			h = merge64(h, x)
		}
	} else {
		h = prime5
	}
	h += n
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^round64(0, binary.LittleEndian.Uint64(b)), 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*prime1, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

// evalHash hashes text by its bytes and numbers by their little-endian form.
func evalHash(a []types.Value) any {
	var b []byte
	switch x := a[0].V.(type) {
	case int64:
		if a[0].T == schema.Int {
			b = binary.LittleEndian.AppendUint32(nil, uint32(x))
		} else {
			b = binary.LittleEndian.AppendUint64(nil, uint64(x))
		}
	case float64:
		b = binary.LittleEndian.AppendUint64(nil, math.Float64bits(x))
	default:
		b = []byte(text(a[0]))
	}
	h := xxHash64(b)
	if len(a) > 1 && num(a[1]) > 0 {
		return int64(h % uint64(num(a[1])))
	}
	return int64(h)
}
