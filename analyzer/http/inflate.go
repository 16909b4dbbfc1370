package http

// inflater decompresses a body as it comes in (RFC 1950, 1951, 1952): gzip,
// zlib or, as some servers send, bare deflate.  Only the first bytes of the
// output are kept, for telling a file's type; the rest is counted.  It resumes
// at any bit.
type inflater struct {
	out   []byte // the first headLen bytes of the output
	total uint64 // bytes of output

	state inflateState
	after inflateState // where to go once a number of bytes was passed over
	skip  int
	flags byte // of gzip's header
	bits  uint64
	nbits uint
	final bool

	stored   int
	nlit     int
	ndist    int
	nlen     int
	got      int
	lengths  [320]uint8
	lit      huffman
	dist     huffman
	length   int // of the copy whose distance is read next
	pendExt  uint
	pendBase int
}

type inflateState uint8

const (
	infStart inflateState = iota
	infGzipHead
	infGzipExtraLen
	infSkip
	infGzipName
	infGzipComment
	infGzipCRC
	infBlock
	infStoredLen
	infStored
	infDynHead
	infDynCodes
	infDynLengths
	infDynRepeat
	infSymbol
	infLenExtra
	infDist
	infDistExtra
	infDone
	infFailed
)

const (
	headLen   = 4096
	maxOutput = 1 << 32 // what one body is decompressed to at most
)

func (z *inflater) reset() {
	*z = inflater{out: z.out[:0]}
}

// huffman is a canonical Huffman code: how many codes there are of each
// length, and the symbols in order of their codes.
type huffman struct {
	count  [16]uint16
	symbol [288]uint16
	fast   [512]uint16 // symbol<<4 | length, for codes of up to 9 bits
}

// build makes the code with the given lengths and reports whether it is not
// over-subscribed.
func (h *huffman) build(lengths []uint8) bool {
	h.count = [16]uint16{}
	for _, l := range lengths {
		h.count[l]++
	}
	left := 1
	for l := 1; l < 16; l++ {
		if left = left<<1 - int(h.count[l]); left < 0 {
			return false
		}
	}
	var offs, next [16]uint16
	code := uint16(0)
	for l := 1; l < 16; l++ {
		if l > 1 {
			offs[l] = offs[l-1] + h.count[l-1]
		}
		next[l] = code
		code = (code + h.count[l]) << 1
	}
	h.fast = [512]uint16{}
	for s, l := range lengths {
		if l == 0 {
			continue
		}
		h.symbol[offs[l]] = uint16(s)
		offs[l]++
		c := next[l]
		next[l]++
		if l > 9 {
			continue
		}
		rev := uint16(0)
		for i := range uint(l) {
			rev |= c >> i & 1 << (uint(l) - 1 - i)
		}
		for ; rev < 512; rev += 1 << l {
			h.fast[rev] = uint16(s)<<4 | uint16(l)
		}
	}
	h.count[0] = 0
	return true
}

// decode returns the next symbol; -1 if more bits are needed, -2 if there is
// no such code.
func (z *inflater) decode(h *huffman) int {
	if e := h.fast[z.bits&511]; e != 0 && uint(e&15) <= z.nbits {
		z.drop(uint(e & 15))
		return int(e >> 4)
	}
	code, first, index := 0, 0, 0
	for l := uint(1); l < 16; l++ {
		if l > z.nbits {
			return -1
		}
		code |= int(z.bits>>(l-1)) & 1
		n := int(h.count[l])
		if code-n < first {
			z.drop(l)
			return int(h.symbol[index+code-first])
		}
		index += n
		first = (first + n) << 1
		code <<= 1
	}
	return -2
}

func (z *inflater) drop(n uint) {
	z.bits >>= n
	z.nbits -= n
}

// take returns the next n bits, which must be there.
func (z *inflater) take(n uint) int {
	v := int(z.bits & (1<<n - 1))
	z.drop(n)
	return v
}

// literal takes a byte of output.
func (z *inflater) literal(c byte) {
	if len(z.out) < headLen {
		z.out = append(z.out, c)
	}
	z.total++
}

// copy repeats n bytes of output from dist back and reports whether there
// were that many.
func (z *inflater) copy(dist, n int) bool {
	if uint64(dist) > z.total {
		return false
	}
	for i := 0; i < n && len(z.out) < headLen; i++ {
		z.out = append(z.out, z.out[len(z.out)-dist])
	}
	z.total += uint64(n)
	return true
}

// write decompresses the next bytes of a body and returns how many bytes came
// out.  A damaged body gives nothing from the damage on; of the output of the
// call in which the damage shows, only whole buffers count, as in Zeek.
func (z *inflater) write(b []byte) uint64 {
	before := z.total
	if z.state >= infDone || z.total > maxOutput {
		return 0
	}
	z.run(b)
	if z.state == infFailed {
		z.total = before + (z.total-before)&^(headLen-1)
		z.out = z.out[:min(uint64(len(z.out)), z.total)]
	}
	return z.total - before
}

func (z *inflater) run(b []byte) {
	for {
		for len(b) > 0 && z.nbits <= 56 {
			z.bits |= uint64(b[0]) << z.nbits
			z.nbits += 8
			b = b[1:]
		}
		if !z.step() && len(b) == 0 || z.state >= infDone {
			return
		}
	}
}

// step does as much as the bits at hand allow; it reports whether it got on.
func (z *inflater) step() bool {
	switch z.state {
	case infStart, infGzipHead, infGzipExtraLen, infSkip, infGzipName, infGzipComment, infGzipCRC:
		return z.stepHead()
	case infBlock:
		return z.stepBlock()
	case infStoredLen, infStored:
		return z.stepStored()
	case infDynHead, infDynCodes, infDynLengths, infDynRepeat:
		return z.stepDynamic()
	case infSymbol, infLenExtra, infDist, infDistExtra:
		return z.stepSymbols()
	}
	return false
}

func (z *inflater) stepHead() bool {
	switch z.state {
	case infStart:
		if z.nbits < 16 {
			return false
		}
		switch v := int(z.bits & 0xffff); {
		case v == 0x8b1f:
			z.drop(16)
			z.state = infGzipHead
		case v&0x0f == 8 && (v&0xff<<8|v>>8)%31 == 0 && v>>8&0x20 == 0:
			z.drop(16)
			z.state = infBlock
		default: // no header: bare deflate
			z.state = infBlock
		}
	case infGzipHead: // method, flags, time, extra flags, system
		if z.nbits < 16 {
			return false
		}
		if z.take(8) != 8 {
			z.state = infFailed
			return true
		}
		z.flags = byte(z.take(8))
		z.skip, z.state, z.after = 6, infSkip, infGzipExtraLen
	case infGzipExtraLen:
		if z.flags&4 == 0 {
			z.state = infGzipName
			return true
		}
		if z.nbits < 16 {
			return false
		}
		z.skip, z.state, z.after = z.take(16), infSkip, infGzipName
	case infSkip:
		for ; z.skip > 0; z.skip-- {
			if z.nbits < 8 {
				return false
			}
			z.drop(8)
		}
		z.state = z.after
	case infGzipName, infGzipComment:
		flag, next := byte(8), infGzipComment
		if z.state == infGzipComment {
			flag, next = 16, infGzipCRC
		}
		if z.flags&flag != 0 {
			for {
				if z.nbits < 8 {
					return false
				}
				if z.take(8) == 0 {
					break
				}
			}
		}
		z.state = next
	case infGzipCRC:
		z.state = infBlock
		if z.flags&2 != 0 {
			z.skip, z.state, z.after = 2, infSkip, infBlock
		}
	}
	return true
}

func (z *inflater) stepBlock() bool {
	if z.final {
		z.state = infDone
		return true
	}
	if z.nbits < 3 {
		return false
	}
	z.final = z.take(1) == 1
	switch z.take(2) {
	case 0:
		z.drop(z.nbits & 7)
		z.state = infStoredLen
	case 1:
		z.fixed()
		z.state = infSymbol
	case 2:
		z.state = infDynHead
	default:
		z.state = infFailed
	}
	return true
}

// fixed sets the codes of RFC 1951, 3.2.6.
func (z *inflater) fixed() {
	l := z.lengths[:288]
	for i := range l {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	z.lit.build(l)
	l = z.lengths[:30]
	for i := range l {
		l[i] = 5
	}
	z.dist.build(l)
}

func (z *inflater) stepStored() bool {
	if z.state == infStoredLen {
		if z.nbits < 32 {
			return false
		}
		n, inv := z.take(16), z.take(16)
		if n != ^inv&0xffff {
			z.state = infFailed
			return true
		}
		z.stored, z.state = n, infStored
	}
	for ; z.stored > 0; z.stored-- {
		if z.nbits < 8 {
			return false
		}
		z.literal(byte(z.take(8)))
	}
	z.state = infBlock
	return true
}

// codeOrder is the order of the code lengths' code lengths.
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (z *inflater) stepDynamic() bool {
	switch z.state {
	case infDynHead:
		if z.nbits < 14 {
			return false
		}
		z.nlit, z.ndist, z.nlen = z.take(5)+257, z.take(5)+1, z.take(4)+4
		if z.nlit > 286 || z.ndist > 30 {
			z.state = infFailed
			return true
		}
		clear(z.lengths[:19])
		z.got, z.state = 0, infDynCodes
	case infDynCodes:
		for ; z.got < z.nlen; z.got++ {
			if z.nbits < 3 {
				return false
			}
			z.lengths[codeOrder[z.got]] = uint8(z.take(3))
		}
		if !z.lit.build(z.lengths[:19]) {
			z.state = infFailed
			return true
		}
		z.got, z.state = 0, infDynLengths
	case infDynLengths:
		for z.got < z.nlit+z.ndist {
			s := z.decode(&z.lit)
			switch {
			case s == -1:
				return false
			case s < 0:
				z.state = infFailed
				return true
			case s >= 16:
				z.length, z.state = s, infDynRepeat
				return true
			}
			z.lengths[z.got] = uint8(s)
			z.got++
		}
		if z.lengths[256] == 0 {
			z.state = infFailed
			return true
		}
		ok := z.dist.build(z.lengths[z.nlit : z.nlit+z.ndist])
		if !z.lit.build(z.lengths[:z.nlit]) || !ok {
			z.state = infFailed
			return true
		}
		z.state = infSymbol
	case infDynRepeat:
		if z.nbits < 7 {
			if need := [...]uint{2, 3, 7}[z.length-16]; z.nbits < need {
				return false
			}
		}
		return z.repeat()
	}
	return true
}

// repeat does one of the repeats 16 to 18 of code lengths.
func (z *inflater) repeat() bool {
	var l uint8
	var n int
	switch z.length {
	case 16:
		if z.got == 0 {
			z.state = infFailed
			return true
		}
		l, n = z.lengths[z.got-1], 3+z.take(2)
	case 17:
		n = 3 + z.take(3)
	default:
		n = 11 + z.take(7)
	}
	if z.got+n > z.nlit+z.ndist {
		z.state = infFailed
		return true
	}
	for ; n > 0; n-- {
		z.lengths[z.got] = l
		z.got++
	}
	z.state = infDynLengths
	return true
}

// Bases and extra bits of lengths and distances, RFC 1951, 3.2.5.
var (
	lenBase   = [...]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lenExtra  = [...]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase  = [...]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distExtra = [...]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

func (z *inflater) stepSymbols() bool {
	for {
		switch z.state {
		case infSymbol:
			s := z.decode(&z.lit)
			switch {
			case s == -1:
				return false
			case s < 0 || s > 285:
				z.state = infFailed
				return true
			case s < 256:
				z.literal(byte(s))
				continue
			case s == 256:
				z.state = infBlock
				return true
			}
			z.pendBase, z.pendExt = int(lenBase[s-257]), uint(lenExtra[s-257])
			z.state = infLenExtra
		case infLenExtra:
			if z.nbits < z.pendExt {
				return false
			}
			z.length = z.pendBase + z.take(z.pendExt)
			z.state = infDist
		case infDist:
			s := z.decode(&z.dist)
			switch {
			case s == -1:
				return false
			case s < 0 || s >= len(distBase):
				z.state = infFailed
				return true
			}
			z.pendBase, z.pendExt = int(distBase[s]), uint(distExtra[s])
			z.state = infDistExtra
		case infDistExtra:
			if z.nbits < z.pendExt {
				return false
			}
			if !z.copy(z.pendBase+z.take(z.pendExt), z.length) {
				z.state = infFailed
				return true
			}
			z.state = infSymbol
		}
	}
}
