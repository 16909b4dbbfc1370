package geo

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Cell is a cell of S2: three bits for one of six faces of a cube, two for
// each step down the Hilbert curve on it, and a 1 behind them.
//
// https://s2geometry.io/devguide/s2cell_hierarchy
type Cell uint64

// MaxLevel is the level of the smallest cells.
const MaxLevel = 30

// The four positions along the curve in terms of the places (i, j), for each
// of the four orientations of the curve, and how a position turns it.
var (
	placeOf = [4][4]int{{0, 1, 3, 2}, {0, 2, 3, 1}, {3, 2, 0, 1}, {3, 1, 0, 2}}
	posOf   = [4][4]int{{0, 1, 3, 2}, {0, 3, 1, 2}, {2, 3, 1, 0}, {2, 1, 3, 0}}
	turnOf  = [4]int{1, 0, 0, 3}
)

// face returns the cube's face that v points to, and where on it.
func (v Vec) face() (f int, u, w float64) {
	x, y, z := math.Abs(v.X), math.Abs(v.Y), math.Abs(v.Z)
	switch {
	case x >= y && x >= z && v.X >= 0:
		return 0, v.Y / v.X, v.Z / v.X
	case x >= y && x >= z:
		return 3, v.Z / v.X, v.Y / v.X
	case y >= z && v.Y >= 0:
		return 1, -v.X / v.Y, v.Z / v.Y
	case y >= z:
		return 4, v.Z / v.Y, -v.X / v.Y
	case v.Z >= 0:
		return 2, -v.X / v.Z, -v.Y / v.Z
	}
	return 5, -v.Y / v.Z, -v.X / v.Z
}

// onFace is the inverse of face.
func onFace(f int, u, v float64) Vec {
	switch f {
	case 0:
		return Vec{1, u, v}
	case 1:
		return Vec{-u, 1, v}
	case 2:
		return Vec{-u, -v, 1}
	case 3:
		return Vec{-1, -v, -u}
	case 4:
		return Vec{v, -1, -u}
	}
	return Vec{v, u, -1}
}

// toST and toUV bend the faces so that cells are of similar size.
func toST(u float64) float64 {
	if u >= 0 {
		return 0.5 * math.Sqrt(1+3*u)
	}
	return 1 - 0.5*math.Sqrt(1-3*u)
}

func toUV(s float64) float64 {
	if s >= 0.5 {
		return (4*s*s - 1) / 3
	}
	return (1 - 4*(1-s)*(1-s)) / 3
}

// CellAt returns the cell of a level that a point lies in.
func CellAt(v Vec, level int) Cell {
	f, u, w := v.face()
	at := func(x float64) int { return min(max(int(math.Floor(toST(x)*(1<<MaxLevel))), 0), 1<<MaxLevel-1) }
	return cellOf(f, at(u), at(w), level)
}

func cellOf(f, i, j, level int) Cell {
	id, o := uint64(f), f&1
	for k := MaxLevel - 1; k >= 0; k-- {
		pos := posOf[o][i>>k&1<<1|j>>k&1]
		id = id<<2 | uint64(pos)
		o ^= turnOf[pos]
	}
	return Cell(id<<1 | 1).parent(level)
}

func (c Cell) lsb() uint64 { return uint64(c) & -uint64(c) }

func (c Cell) parent(level int) Cell {
	lsb := uint64(1) << (2 * (MaxLevel - level))
	return Cell(uint64(c)&-lsb | lsb)
}

// Level returns the cell's level, from 0 to MaxLevel.
func (c Cell) Level() int { return MaxLevel - bits.TrailingZeros64(uint64(c))/2 }

// Token returns the cell as hexadecimal digits without zeros behind.
func (c Cell) Token() string {
	s := strconv.FormatUint(uint64(c), 16)
	return strings.TrimRight(strings.Repeat("0", 16-len(s))+s, "0")
}

// ParseCell reads a token.
func ParseCell(token string) (Cell, bool) {
	if token == "" || len(token) > 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(token+strings.Repeat("0", 16-len(token)), 16, 64)
	c := Cell(n)
	return c, err == nil && n>>61 < 6 && c.lsb()&0x1555555555555555 != 0
}

// place returns the cell's face, its lower corner there and its size, of
// 1<<MaxLevel.
func (c Cell) place() (f, i, j, size int) {
	f = int(uint64(c) >> 61)
	o, level := f&1, c.Level()
	for k := range level {
		pos := int(uint64(c) >> (59 - 2*k) & 3)
		ij := placeOf[o][pos]
		i, j = i<<1|ij>>1, j<<1|ij&1
		o ^= turnOf[pos]
	}
	rest := MaxLevel - level
	return f, i << rest, j << rest, 1 << rest
}

func corner(f, i, j int) Vec {
	return onFace(f, toUV(float64(i)/(1<<MaxLevel)), toUV(float64(j)/(1<<MaxLevel))).unit()
}

// Ring returns the cell's four corners, counterclockwise.
func (c Cell) Ring() Ring {
	f, i, j, n := c.place()
	return Ring{corner(f, i, j), corner(f, i+n, j), corner(f, i+n, j+n), corner(f, i, j+n)}
}

// Center returns the middle of the cell.
func (c Cell) Center() Vec {
	f, i, j, n := c.place()
	at := func(x int) float64 { return toUV((float64(x) + float64(n)/2) / (1 << MaxLevel)) }
	return onFace(f, at(i), at(j)).unit()
}

// Neighbors returns the four cells of the same level that share an edge.
func (c Cell) Neighbors() []Cell {
	f, i, j, n := c.place()
	level := c.Level()
	out := make([]Cell, 0, 4)
	for _, d := range [4][2]int{{0, -1}, {1, 0}, {0, 1}, {-1, 0}} {
		x, y := i+d[0]*n, j+d[1]*n
		if x >= 0 && y >= 0 && x < 1<<MaxLevel && y < 1<<MaxLevel {
			out = append(out, cellOf(f, x, y, level))
			continue
		}
		// Beyond the face a point just outside tells.  Faces are continued
		// there without the bend, as their neighbours meet them.
		u := func(x int) float64 {
			s := (2*float64(x) + float64(n)) / (1 << MaxLevel)
			return min(max(s-1, -1-1e-9), 1+1e-9)
		}
		p := func(x int, out bool) float64 {
			if out {
				return u(x)
			}
			return toUV((float64(x) + float64(n)/2) / (1 << MaxLevel))
		}
		out = append(out, CellAt(onFace(f, p(x, x < 0 || x >= 1<<MaxLevel), p(y, y < 0 || y >= 1<<MaxLevel)).unit(), level))
	}
	return out
}

// children returns the four parts of a cell.
func (c Cell) children() [4]Cell {
	lsb := c.lsb()
	step := lsb >> 2
	var out [4]Cell
	for i := range out {
		out[i] = Cell(uint64(c) - lsb + step + uint64(2*i)*step)
	}
	return out
}

// Cover returns the cells of a level for which touches is true; it must be
// true for a cell if it is for a part of it.  It reports false where there are
// more than most.
func Cover(level, most int, touches func(Ring) bool) ([]Cell, bool) {
	var out []Cell
	ok := true
	var down func(c Cell)
	down = func(c Cell) {
		if !ok || !touches(c.Ring()) {
			return
		}
		if c.Level() == level {
			if out = append(out, c); len(out) > most {
				ok = false
			}
			return
		}
		for _, k := range c.children() {
			down(k)
		}
	}
	for f := range 6 {
		down(cellOf(f, 0, 0, 0))
	}
	return out, ok
}
