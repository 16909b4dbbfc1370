package geo

import (
	"math"
	"testing"
)

func square(w, s, e, n float64) Polygon {
	return Polygon{NewRing([]Vec{LngLat(w, s), LngLat(e, s), LngLat(e, n), LngLat(w, n)})}
}

func TestOverlay(t *testing.T) {
	a, b := square(0, 0, 2, 2), square(1, 1, 3, 3)
	both, touching, ok := Intersection([]Polygon{a}, []Polygon{b})
	if !ok || len(both) != 1 || len(touching) != 0 {
		t.Fatalf("intersection %v %v", both, touching)
	}
	u, ok := Union([]Polygon{a, b})
	if !ok || len(u) != 1 {
		t.Fatalf("union %v", u)
	}
	if sum := Area([]Polygon{a, b}); math.Abs(Area(u)+Area(both)-sum) > 1e-6*sum {
		t.Errorf("areas %v and %v do not make %v", Area(u), Area(both), sum)
	}
	// A square in another one leaves a ring with a hole where they are joined
	// with a frame around.
	if u, _ := Union([]Polygon{a, square(0.5, 0.5, 1, 1)}); len(u) != 1 || len(u[0]) != 1 || math.Abs(Area(u)/Area([]Polygon{a})-1) > 1e-12 {
		t.Errorf("a square in another one: %v", u)
	}
	if u, _ := Union([]Polygon{a, square(5, 5, 6, 6)}); len(u) != 2 {
		t.Errorf("two squares apart: %v", u)
	}
	if _, touching, _ := Intersection([]Polygon{a}, []Polygon{square(2, 2, 3, 3)}); len(touching) != 1 || touching[0] != LngLat(2, 2) {
		t.Errorf("squares that touch: %v", touching)
	}
	frame := []Polygon{square(0, 0, 3, 1), square(0, 2, 3, 3), square(-0.5, 0.5, 1, 2.5), square(2, 0.5, 3.5, 2.5)}
	if u, _ := Union(frame); len(u) != 1 || len(u[0]) != 2 || Contains(u, LngLat(1.5, 1.5)) || !Contains(u, LngLat(0.5, 1.5)) {
		t.Errorf("a frame: %v", u)
	}
}

func TestBuffer(t *testing.T) {
	b := Buffer{Radius: 1000, Tolerance: 0.01}
	want := math.Pi * 1000 * 1000
	if got := Area([]Polygon{b.Point(LngLat(10, 50))}); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("a circle of %v, want %v", got, want)
	}
	line := []Line{{LngLat(10, 50), LngLat(10.1, 50), LngLat(10.1, 50.1)}}
	got, ok := b.Lines(line)
	if !ok || len(got) != 1 || !Contains(got, LngLat(10.05, 50.005)) || Contains(got, LngLat(10.05, 50.05)) {
		t.Errorf("around a line: %v %v", got, ok)
	}
	s := square(0, 0, 1, 1)
	if got, ok := b.Polygons([]Polygon{s}); !ok || math.Abs(Area(got)-Area([]Polygon{s})-want-1000*Perimeter([]Polygon{s})) > 1e-3*Area(got) {
		t.Errorf("around a square: %v", Area(got))
	}
	bent := Polygon{NewRing([]Vec{LngLat(0, 0), LngLat(1, 0), LngLat(0.2, 0.2), LngLat(0, 1)})}
	if got, ok := b.Polygons([]Polygon{bent}); !ok || Area(got) < Area([]Polygon{bent}) {
		t.Errorf("around a bent shape: %v %v", Area(got), ok)
	}
}

func TestUnionLines(t *testing.T) {
	a, b, c, d := LngLat(0, 0), LngLat(1, 0), LngLat(2, 0), LngLat(3, 1)
	if got := UnionLines([]Line{{c, b, a}, {b, c, d}}); len(got) != 1 || len(got[0]) != 4 {
		t.Errorf("got %v", got)
	}
	if got := UnionLines([]Line{{a, b, c, a}}); len(got) != 1 || len(got[0]) != 4 {
		t.Errorf("a closed line: %v", got)
	}
}

func TestSplitAt180(t *testing.T) {
	if got := SplitAt180(Line{LngLat(170, 0), LngLat(-170, 1)}); len(got) != 2 || len(got[0]) != 2 {
		t.Errorf("got %v", got)
	}
	if got := SplitAt180(Line{LngLat(10, 0), LngLat(-10, 1)}); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}
