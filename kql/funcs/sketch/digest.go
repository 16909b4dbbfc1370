package sketch

import (
	"math"
	"slices"
)

// maxCentroids is from how many centroids on a Digest joins them, down to a
// small multiple; as long as there are
// fewer different values it is exact.
const maxCentroids = 1024

// Centroid stands for values near Mean, as many as Weight.
type Centroid struct{ Mean, Weight float64 }

// Digest summarizes a distribution by centroids in order.  The zero value is
// empty.
//
// Dunning, Ertl: Computing Extremely Accurate Quantiles Using t-Digests, 2019.
type Digest struct {
	// Kind is what the values are, for whoever reads them.
	Kind string
	c    []Centroid
}

// Add adds values; those that are not finite or have no weight are left out.
func (d *Digest) Add(values ...Centroid) {
	for _, v := range values {
		if v.Weight > 0 && !math.IsNaN(v.Mean) && !math.IsInf(v.Mean, 0) && !math.IsInf(v.Weight, 0) {
			d.c = append(d.c, v)
		}
	}
	slices.SortFunc(d.c, func(a, b Centroid) int {
		switch {
		case a.Mean < b.Mean:
			return -1
		case a.Mean > b.Mean:
			return 1
		}
		return 0
	})
	// Equal values are one centroid.
	out := d.c[:0]
	for _, v := range d.c {
		if n := len(out); n > 0 && out[n-1].Mean == v.Mean {
			out[n-1].Weight += v.Weight
			continue
		}
		out = append(out, v)
	}
	if d.c = out; len(d.c) > maxCentroids {
		d.compress()
	}
}

// compress joins neighbours; a centroid may be the larger the farther it is
// from both ends.
func (d *Digest) compress() {
	total := d.Total()
	limit := func(q float64) float64 { return max(1, 4*total*q*(1-q)/(maxCentroids/2)) }
	out := d.c[:1]
	before := 0.0
	for _, v := range d.c[1:] {
		last := &out[len(out)-1]
		w := last.Weight + v.Weight
		if w <= limit((before+w/2)/total) {
			last.Mean += (v.Mean - last.Mean) * v.Weight / w
			last.Weight = w
			continue
		}
		before += last.Weight
		out = append(out, v)
	}
	d.c = out
}

// Merge adds what o holds.
func (d *Digest) Merge(o *Digest) {
	if d.Kind == "" {
		d.Kind = o.Kind
	}
	d.Add(o.c...)
}

// Total returns the sum of the weights.
func (d *Digest) Total() float64 {
	t := 0.0
	for _, c := range d.c {
		t += c.Weight
	}
	return t
}

// Percentile returns the least value that p percent of the weight do not
// exceed; it reports false for an empty digest.
func (d *Digest) Percentile(p float64) (float64, bool) {
	if len(d.c) == 0 {
		return 0, false
	}
	want, sum := p/100*d.Total(), 0.0
	for _, c := range d.c {
		if sum += c.Weight; sum >= want*(1-1e-15) {
			return c.Mean, true
		}
	}
	return d.c[len(d.c)-1].Mean, true
}

// Rank returns the weight of the values that are not greater than v.
func (d *Digest) Rank(v float64) float64 {
	sum := 0.0
	for _, c := range d.c {
		if c.Mean > v {
			break
		}
		sum += c.Weight
	}
	return sum
}

// Values returns the state as a dynamic array.
func (d *Digest) Values() []any {
	l := make([]any, 0, 2*len(d.c))
	for _, c := range d.c {
		l = append(l, c.Mean, c.Weight)
	}
	return []any{"tdigest", d.Kind, l}
}

// ParseDigest reads what Values wrote; it reports false for anything else.
func ParseDigest(v []any) (*Digest, bool) {
	if len(v) != 3 || v[0] != "tdigest" {
		return nil, false
	}
	kind, ok1 := v[1].(string)
	l, ok2 := v[2].([]any)
	if !ok1 || !ok2 || len(l)%2 != 0 {
		return nil, false
	}
	d := &Digest{Kind: kind}
	var c []Centroid
	for i := 0; i < len(l); i += 2 {
		m, ok1 := number(l[i])
		w, ok2 := number(l[i+1])
		if !ok1 || !ok2 {
			return nil, false
		}
		c = append(c, Centroid{m, w})
	}
	d.Add(c...)
	return d, true
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	}
	return 0, false
}
