package geo

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Hexagon is a cell of H3: a resolution, a base cell and a digit from 0 to 6
// for each step from coarse to fine.
//
// https://h3geo.org/docs/core-library/h3Indexing
type Hexagon uint64

// MaxResolution is the resolution of the smallest hexagons.
const MaxResolution = 15

const (
	sqrt7      = 2.6457513110645905905016157536392604257102
	h3Rotation = 0.333473172251832115336090755351601070065900389 // of odd resolutions
	h3Unit     = 0.38196601125010500003                          // of resolution 0 on a face
)

// Resolution returns the cell's resolution.
func (h Hexagon) Resolution() int { return int(h >> 52 & 15) }

func (h Hexagon) base() int { return int(h >> 45 & 127) }

func (h Hexagon) digit(r int) int { return int(h >> (3 * (MaxResolution - r)) & 7) }

func (h Hexagon) withDigit(r, d int) Hexagon {
	shift := 3 * (MaxResolution - r)
	return h&^(7<<shift) | Hexagon(d)<<shift
}

// newHexagon returns a cell with all digits 0.
func newHexagon(base, res int) Hexagon {
	return 1<<59 | Hexagon(res)<<52 | Hexagon(base)<<45 | (1<<(3*(MaxResolution-res)) - 1)
}

// leading returns the first digit that is not 0.
func (h Hexagon) leading() int {
	for r := 1; r <= h.Resolution(); r++ {
		if d := h.digit(r); d != 0 {
			return d
		}
	}
	return 0
}

// ParseHexagon reads a cell from hexadecimal digits.
func ParseHexagon(s string) (Hexagon, bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	h := Hexagon(n)
	if err != nil || n>>56 != 8 || h.base() > 121 {
		return 0, false
	}
	for r := 1; r <= MaxResolution; r++ {
		if (h.digit(r) == 7) != (r > h.Resolution()) {
			return 0, false
		}
	}
	if p, _ := h3Pentagon(h.base(), 0); p && h.leading() == 1 {
		return 0, false
	}
	return h, true
}

// String returns the cell's hexadecimal digits.
func (h Hexagon) String() string { return strings.ToLower(strconv.FormatUint(uint64(h), 16)) }

// Parent returns the cell's ancestor of a resolution.
func (h Hexagon) Parent(res int) (Hexagon, bool) {
	if res < 0 || res > h.Resolution() {
		return 0, false
	}
	return h&^(15<<52) | Hexagon(res)<<52 | (1<<(3*(MaxResolution-res)) - 1), true
}

// Children returns the cell's descendants of a resolution, at most five steps
// down.
func (h Hexagon) Children(res int) ([]Hexagon, bool) {
	from := h.Resolution()
	if res < from || res > MaxResolution || res-from > 5 {
		return nil, false
	}
	pentagon, _ := h3Pentagon(h.base(), 0)
	out := []Hexagon{h}
	for r := from + 1; r <= res; r++ {
		var next []Hexagon
		for _, c := range out {
			c = c&^(15<<52) | Hexagon(r)<<52
			for d := range 7 {
				// A pentagon lacks the part in direction 1.
				if k := c.withDigit(r, d); d != 1 || !pentagon || k.leading() != 1 || k.digit(r) != 1 {
					next = append(next, k)
				}
			}
		}
		out = next
	}
	return out, true
}

// ijk are coordinates on a face along three axes, of which one is 0.
type ijk struct{ i, j, k int }

func (c ijk) normal() ijk {
	m := min(c.i, c.j, c.k)
	return ijk{c.i - m, c.j - m, c.k - m}
}

func seventh(n int) int { return int(math.Round(float64(n) / 7)) }

// up returns the cell of the next coarser resolution; odd is that of the
// finer one.
func (c ijk) up(odd bool) ijk {
	i, j := c.i-c.k, c.j-c.k
	if odd {
		return ijk{seventh(3*i - j), seventh(i + 2*j), 0}.normal()
	}
	return ijk{seventh(2*i + j), seventh(3*j - i), 0}.normal()
}

// down returns the centre cell of the next finer resolution; odd is its own.
func (c ijk) down(odd bool) ijk {
	if odd {
		return ijk{3*c.i + c.j, 3*c.j + c.k, c.i + 3*c.k}.normal()
	}
	return ijk{3*c.i + c.k, c.i + 3*c.j, c.j + 3*c.k}.normal()
}

func (c ijk) plane() (x, y float64) {
	i, j := float64(c.i-c.k), float64(c.j-c.k)
	return i - j/2, j * math.Sqrt(3) / 2
}

// nearestIJK returns the cell that a point of the plane lies in.
func nearestIJK(x, y float64) ijk {
	j := y * 2 / math.Sqrt(3)
	i := x + j/2
	// Cube coordinates: q + r + s = 0.
	q, r := i, -j
	s := -q - r
	rq, rr, rs := math.Round(q), math.Round(r), math.Round(s)
	dq, dr, ds := math.Abs(rq-q), math.Abs(rr-r), math.Abs(rs-s)
	switch {
	case dq > dr && dq > ds:
		rq = -rr - rs
	case dr > ds:
		rr = -rq - rs
	}
	return ijk{int(rq), int(-rr), 0}.normal()
}

func radians(lng, lat float64) Vec {
	sinLng, cosLng := math.Sincos(lng)
	sinLat, cosLat := math.Sincos(lat)
	return Vec{cosLat * cosLng, cosLat * sinLng, sinLat}
}

// nearestFace returns the face that a point lies on.
func nearestFace(v Vec) int {
	best, far := 0, math.Inf(1)
	for i, f := range h3Faces() {
		d := v.sub(f.center)
		if d := d.dot(d); d < far {
			best, far = i, d
		}
	}
	return best
}

// toPlane projects a point on a face's plane, in units of a resolution.
func toPlane(v Vec, face, res int) (x, y float64) {
	f := &h3Faces()[face]
	r := v.angle(f.center)
	if r < 1e-16 {
		return 0, 0
	}
	lng, lat := math.Atan2(v.Y, v.X), math.Atan2(v.Z, math.Hypot(v.X, v.Y))
	azimuth := math.Atan2(math.Cos(lat)*math.Sin(lng-f.lng), math.Cos(f.lat)*math.Sin(lat)-math.Sin(f.lat)*math.Cos(lat)*math.Cos(lng-f.lng))
	theta := f.axis - azimuth
	if res%2 == 1 {
		theta -= h3Rotation
	}
	r = math.Tan(r) / h3Unit
	for range res {
		r *= sqrt7
	}
	sin, cos := math.Sincos(theta)
	return r * cos, r * sin
}

// fromPlane is the inverse of toPlane.
func fromPlane(x, y float64, face, res int) Vec {
	f := &h3Faces()[face]
	r := math.Hypot(x, y)
	if r < 1e-16 {
		return f.center
	}
	theta := math.Atan2(y, x)
	if res%2 == 1 {
		theta += h3Rotation
	}
	for range res {
		r /= sqrt7
	}
	sinR, cosR := math.Sincos(math.Atan(r * h3Unit))
	sinA, cosA := math.Sincos(f.axis - theta)
	// North and east at the face's centre.
	sinLat, cosLat := math.Sincos(f.lat)
	sinLng, cosLng := math.Sincos(f.lng)
	north, east := Vec{-sinLat * cosLng, -sinLat * sinLng, cosLat}, Vec{-sinLng, cosLng, 0}
	return f.center.scale(cosR).add(north.scale(cosA * sinR)).add(east.scale(sinA * sinR)).unit()
}

// spot is a cell as the face sees it that its centre lies on.
type spot struct {
	face, res int
	at        ijk
}

// spotAt returns the cell that a point lies in.
func spotAt(v Vec, res int) spot {
	f := nearestFace(v)
	x, y := toPlane(v, f, res)
	return spot{f, res, nearestIJK(x, y)}
}

func (s spot) center() Vec {
	x, y := s.at.plane()
	return fromPlane(x, y, s.face, s.res)
}

// turned has, for each digit, the one that a sixth of a turn
// counterclockwise makes of it.
var turned = [7]int{0, 5, 3, 1, 6, 4, 2}

// turn turns a cell's digits n times counterclockwise.
func (h Hexagon) turn(n int) Hexagon {
	for r := 1; r <= h.Resolution(); r++ {
		d := h.digit(r)
		for range n {
			d = turned[d]
		}
		h = h.withDigit(r, d)
	}
	return h
}

// hexagon returns the cell's index; it reports false beyond the face.
func (s spot) hexagon() (Hexagon, bool) {
	h := newHexagon(0, s.res)
	c := s.at
	for r := s.res; r > 0; r-- {
		fine := c
		c = c.up(r%2 == 1)
		m := c.down(r%2 == 1)
		d := ijk{fine.i - m.i, fine.j - m.j, fine.k - m.k}.normal()
		if max(d.i, d.j, d.k) > 1 {
			return 0, false
		}
		h = h.withDigit(r, d.i<<2|d.j<<1|d.k)
	}
	if max(c.i, c.j, c.k) > 2 {
		return 0, false
	}
	b := h3Bases()[s.face][c.i*9+c.j*3+c.k]
	h |= Hexagon(b.cell) << 45
	pentagon, clockwise := h3Pentagon(b.cell, s.face)
	if !pentagon {
		return h.turn(b.turns), true
	}
	if h.leading() == 1 {
		if clockwise {
			h = h.turn(5)
		} else {
			h = h.turn(1)
		}
	}
	for range b.turns {
		// Direction 1 is missing: the turn goes on past it.
		if h = h.turn(1); h.leading() == 1 {
			h = h.turn(1)
		}
	}
	return h, true
}

// HexagonAt returns the cell of a resolution that a point lies in.
func HexagonAt(v Vec, res int) (Hexagon, bool) { return spotAt(v, res).hexagon() }

// around returns the cells at a distance of up to two steps from one, nearest
// first, with the cell itself.
func (s spot) around(steps int) []spot {
	center := s.center()
	var out []spot
	for f := range h3Faces() {
		// At a corner of the icosahedron five faces meet, and each knows only
		// what lies on it.
		if f != s.face && center.angle(h3Faces()[f].center) > 0.66+h3Unit*float64(steps)*math.Pow(sqrt7, -float64(s.res)) {
			continue
		}
		x, y := toPlane(center, f, s.res)
		c := nearestIJK(x, y)
		for i := -steps; i <= steps; i++ {
			for j := -steps; j <= steps; j++ {
				if k := i - j; k < -steps || k > steps {
					continue
				}
				px, py := ijk{c.i + i, c.j + j, c.k}.plane()
				if v := fromPlane(px, py, f, s.res); nearestFace(v) == f {
					if n := spotAt(v, s.res); !slices.Contains(out, n) {
						out = append(out, n)
					}
				} else if f == s.face {
					if n := spotAt(v, s.res); !slices.Contains(out, n) {
						out = append(out, n)
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b spot) int { return cmp.Compare(center.angle(a.center()), center.angle(b.center())) })
	return out
}

// spot finds the cell on the icosahedron: from its base cell on, each step
// goes to the part that has the right index.
func (h Hexagon) spot() (spot, bool) {
	for f, row := range h3Bases() {
		for n, b := range row {
			c := ijk{n / 9, n / 3 % 3, n % 3}
			if b.cell != h.base() || c.normal() != c {
				continue
			}
			at := spotAt(spot{f, 0, c}.center(), 0)
			for r := 1; r <= h.Resolution(); r++ {
				want, _ := h.Parent(r)
				near := spotAt(at.center(), r)
				found := false
				for steps := 1; steps <= 2 && !found; steps++ {
					for _, s := range near.around(steps) {
						if got, ok := s.hexagon(); ok && got == want {
							at, found = s, true
							break
						}
					}
				}
				if !found {
					return spot{}, false
				}
			}
			return at, true
		}
	}
	return spot{}, false
}

// Center returns the middle of the cell.
func (h Hexagon) Center() (Vec, bool) {
	s, ok := h.spot()
	if !ok {
		return Vec{}, false
	}
	return s.center(), true
}

// Ring returns the cell's corners, counterclockwise.  The corners that H3 adds
// where an edge runs over an edge of the icosahedron are left out: they bend it
// by very little.
func (h Hexagon) Ring() (Ring, bool) {
	s, ok := h.spot()
	if !ok {
		return nil, false
	}
	return s.ring(), true
}

// corners are the corners of a cell in the plane, around its centre.
func corners(x, y float64) [6][2]float64 {
	var out [6][2]float64
	for n := range out {
		sin, cos := math.Sincos(math.Pi/6 + float64(n)*math.Pi/3)
		out[n] = [2]float64{x + cos/math.Sqrt(3), y + sin/math.Sqrt(3)}
	}
	return out
}

// snap returns the corner of a cell's plane that is nearest to a point, as the
// face that the point lies on has it.
func snap(v Vec, res int) Vec {
	f := nearestFace(v)
	x, y := toPlane(v, f, res)
	cx, cy := nearestIJK(x, y).plane()
	best, out := math.Inf(1), v
	for _, o := range corners(cx, cy) {
		if d := math.Hypot(o[0]-x, o[1]-y); d < best {
			best, out = d, fromPlane(o[0], o[1], f, res)
		}
	}
	return out
}

func (s spot) ring() Ring {
	if h, ok := s.hexagon(); ok && h.leading() == 0 {
		if pentagon, _ := h3Pentagon(h.base(), 0); pentagon {
			return s.pentagon()
		}
	}
	x, y := s.at.plane()
	out := make(Ring, 0, 6)
	for _, c := range corners(x, y) {
		v := fromPlane(c[0], c[1], s.face, s.res)
		if nearestFace(v) != s.face {
			v = snap(v, s.res)
		}
		out = append(out, v)
	}
	return out
}

// pentagon returns the corners of a cell at a corner of the icosahedron: each
// lies between the cell and two of its neighbours.
func (s spot) pentagon() Ring {
	center := s.center()
	east := Vec{0, 0, 1}.cross(center).unit()
	north := center.cross(east)
	type side struct {
		v     Vec
		angle float64
	}
	var sides []side
	self, _ := s.hexagon()
	seen := []Hexagon{self}
	for _, n := range s.around(1) {
		// Several faces may have the same cell.
		if h, ok := n.hexagon(); ok && !slices.Contains(seen, h) {
			seen = append(seen, h)
			v := n.center()
			sides = append(sides, side{v, math.Atan2(v.dot(north), v.dot(east))})
		}
	}
	slices.SortFunc(sides, func(a, b side) int { return cmp.Compare(a.angle, b.angle) })
	out := make(Ring, 0, 5)
	for i, a := range sides {
		out = append(out, snap(center.add(a.v).add(sides[(i+1)%len(sides)].v).unit(), s.res))
	}
	return out
}

// Rings returns the cells at each number of steps from one, 0 to a distance.
func (h Hexagon) Rings(distance int) ([][]Hexagon, bool) {
	s, ok := h.spot()
	if !ok {
		return nil, false
	}
	seen := map[Hexagon]bool{h: true}
	out, last := [][]Hexagon{{h}}, []spot{s}
	for range distance {
		var ring []Hexagon
		var spots []spot
		for _, s := range last {
			for _, n := range s.around(1) {
				if g, ok := n.hexagon(); ok && !seen[g] {
					seen[g] = true
					ring, spots = append(ring, g), append(spots, n)
				}
			}
		}
		out, last = append(out, ring), spots
	}
	return out, true
}

// CoverHexagons returns the cells of a resolution for which touches is true
// and that hang together with those at the points; it reports false where
// there are more than most.
func CoverHexagons(from []Vec, res, most int, touches func(Ring) bool) ([]Hexagon, bool) {
	seen := map[Hexagon]bool{}
	var out []Hexagon
	var todo []spot
	add := func(s spot) {
		if h, ok := s.hexagon(); ok && !seen[h] {
			seen[h] = true
			if touches(s.ring()) {
				out, todo = append(out, h), append(todo, s)
			}
		}
	}
	for _, v := range from {
		add(spotAt(v, res))
	}
	for len(todo) > 0 && len(out) <= most {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, n := range s.around(1) {
			add(n)
		}
	}
	slices.Sort(out)
	return out, len(out) <= most
}
