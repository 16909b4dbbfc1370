package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestHexagons(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	cells := map[Hexagon]bool{}
	for range 300 {
		lng, lat := rnd.Float64()*360-180, math.Asin(rnd.Float64()*2-1)*180/math.Pi
		p := LngLat(lng, lat)
		for res := 0; res <= MaxResolution; res += 1 + rnd.IntN(4) {
			h, ok := HexagonAt(p, res)
			if !ok {
				t.Fatalf("%v %v has no cell of resolution %d", lng, lat, res)
			}
			cells[h] = true
			if back, ok := ParseHexagon(h.String()); !ok || back != h {
				t.Errorf("%v is read as %v", h, back)
			}
			c, ok := h.Center()
			if !ok {
				t.Errorf("%v has no centre", h)
				continue
			}
			if again, _ := HexagonAt(c, res); again != h {
				t.Errorf("the centre of %v lies in %v", h, again)
			}
			if size := 0.5 * math.Pow(sqrt7, -float64(res)); c.angle(p) > size {
				t.Errorf("%v is %v from the point, wanted %v", h, c.angle(p), size)
			}
			if r, _ := h.Rings(1); len(r[1]) != 6 && len(r[1]) != 5 {
				t.Errorf("%v has %d neighbours", h, len(r[1]))
			}
			if ring, _ := h.Ring(); !ring.contains(c) || len(ring) != 6 && len(ring) != 5 {
				t.Errorf("%v has %d corners", h, len(ring))
			}
		}
	}
	count := 0
	for base := range 122 {
		h := newHexagon(base, 0)
		r, ok := h.Rings(1)
		if !ok {
			t.Errorf("base cell %d is not there", base)
			continue
		}
		want := 6
		if p, _ := h3Pentagon(base, 0); p {
			want = 5
			count++
		}
		if len(r[1]) != want {
			t.Errorf("base cell %d has %d neighbours", base, len(r[1]))
		}
	}
	if count != 12 {
		t.Errorf("%d pentagons", count)
	}
}

// TestPentagons goes to the finest cells in the corners of the icosahedron.
func TestPentagons(t *testing.T) {
	for _, base := range []int{4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117} {
		for _, res := range []int{1, 2, 5, 8} {
			h := newHexagon(base, res)
			c, ok := h.Center()
			if !ok {
				t.Errorf("%v has no centre", h)
				continue
			}
			if back, _ := HexagonAt(c, res); back != h {
				t.Errorf("%v comes back as %v", h, back)
			}
			if r, _ := h.Rings(1); len(r[1]) != 5 {
				t.Errorf("%v has %d neighbours", h, len(r[1]))
			}
			if r, _ := h.Ring(); len(r) != 5 {
				t.Errorf("%v has %d corners", h, len(r))
			}
			kids, _ := h.Children(res + 1)
			if len(kids) != 6 {
				t.Errorf("%v has %d parts", h, len(kids))
			}
			for _, k := range kids {
				c, ok := k.Center()
				if !ok {
					t.Errorf("%v has no centre", k)
					continue
				}
				if back, _ := HexagonAt(c, res+1); back != k {
					t.Errorf("%v comes back as %v", k, back)
				}
			}
		}
	}
}

func TestS2(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		p := LngLat(rnd.Float64()*360-180, rnd.Float64()*180-90)
		level := rnd.IntN(MaxLevel + 1)
		c := CellAt(p, level)
		if c.Level() != level || CellAt(c.Center(), level) != c {
			t.Errorf("%v: level %d, centre in %v", c.Token(), c.Level(), CellAt(c.Center(), level).Token())
		}
		if back, ok := ParseCell(c.Token()); !ok || back != c {
			t.Errorf("%v is read as %v", c.Token(), back.Token())
		}
		if level < 28 && !c.Ring().contains(p) {
			t.Errorf("%v does not contain its point", c.Token())
		}
		seen := map[Cell]bool{c: true}
		for _, n := range c.Neighbors() {
			seen[n] = true
			back := false
			for _, m := range n.Neighbors() {
				back = back || m == c
			}
			if !back {
				t.Errorf("%v is no neighbour of %v", c.Token(), n.Token())
			}
		}
		if level > 0 && len(seen) != 5 {
			t.Errorf("%v has %d neighbours", c.Token(), len(seen)-1)
		}
	}
}

func TestShapes(t *testing.T) {
	// An eighth of the sphere.
	octant := []Polygon{{NewRing([]Vec{LngLat(0, 0), LngLat(90, 0), LngLat(0, 90)})}}
	if got, want := Area(octant), math.Pi/2*Radius*Radius; math.Abs(got/want-1) > 1e-12 {
		t.Errorf("area %v, want %v", got, want)
	}
	if got, want := Perimeter(octant), 1.5*math.Pi*Radius; math.Abs(got/want-1) > 1e-12 {
		t.Errorf("perimeter %v, want %v", got, want)
	}
	if lng, lat := Centroid(octant).LngLat(); math.Abs(lng-45) > 1e-9 || math.Abs(lat-math.Atan(1/math.Sqrt2)*180/math.Pi) > 1e-9 {
		t.Errorf("centroid %v %v", lng, lat)
	}
	for _, c := range []struct {
		lng, lat float64
		in       bool
	}{{45, 35, true}, {10, 80, true}, {-10, 10, false}, {45, -10, false}, {225, -35, false}} {
		if got := Contains(octant, LngLat(c.lng, c.lat)); got != c.in {
			t.Errorf("%v %v: %v", c.lng, c.lat, got)
		}
	}
	if d, ok := Vincenty(0, 0, 1, 0); !ok || math.Abs(d-111319.49079327357) > 1e-6 {
		t.Errorf("a degree of the equator is %v", d)
	}
	if _, ok := Vincenty(0, 0, 180, 0); ok {
		t.Error("antipodes converge")
	}
	line := Line{LngLat(0, 0), LngLat(5, 0.00001), LngLat(10, 0)}
	if s := line.Simplify(10); len(s) != 2 {
		t.Errorf("%d points are left", len(s))
	}
	if s := Clip([]Line{{LngLat(-10, 10), LngLat(100, 10)}}, octant); len(s) != 1 || len(s[0]) != 2 {
		t.Errorf("clipped to %v", s)
	}
	if s := Crossings([]Line{{LngLat(-1, 0), LngLat(1, 0)}}, []Line{{LngLat(0, -1), LngLat(0, 1)}}); len(s) != 1 || s[0].sub(Vec{1, 0, 0}).norm() > 1e-15 {
		t.Errorf("crossings %v", s)
	}
}

func TestGeohash(t *testing.T) {
	if h := Geohash(-5.603, 42.605, 5); h != "ezs42" {
		t.Errorf("got %s", h)
	}
	w, s, e, n, ok := GeohashBox("ezs42")
	if !ok || -5.603 < w || -5.603 > e || 42.605 < s || 42.605 > n {
		t.Errorf("box %v %v %v %v", w, s, e, n)
	}
	if l := GeohashNeighbors("ezs42"); len(l) != 8 {
		t.Errorf("neighbours %v", l)
	}
	if _, _, _, _, ok := GeohashBox("a"); ok {
		t.Error("a is a geohash")
	}
}

func FuzzCells(f *testing.F) {
	f.Add("862a1072fffffff", 1.0, 2.0)
	f.Add("89c259", -180.0, 90.0)
	f.Fuzz(func(t *testing.T, s string, lng, lat float64) {
		if h, ok := ParseHexagon(s); ok {
			h.Center()
			h.Ring()
		}
		if c, ok := ParseCell(s); ok {
			c.Center()
			c.Neighbors()
		}
		GeohashNeighbors(s)
		if Valid(lng, lat) {
			if _, ok := HexagonAt(LngLat(lng, lat), 7); !ok {
				t.Errorf("%v %v has no cell", lng, lat)
			}
			CellAt(LngLat(lng, lat), 30)
		}
	})
}
