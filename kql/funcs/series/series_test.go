package series

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

func all(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !near(got[i], want[i]) {
			t.Errorf("%s: value %d: got %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

func TestFitLine(t *testing.T) {
	l := FitLine([]float64{2, 4, 6, 8})
	if !near(l.Slope, 2) || !near(l.Interception, 0) || !near(l.RSquare, 1) || !near(l.RVariance, 0) {
		t.Errorf("got %+v", l)
	}
	if l := FitLine([]float64{3}); l.Slope != 0 || l.Interception != 3 {
		t.Errorf("one point: %+v", l)
	}
}

func TestFitTwoLines(t *testing.T) {
	y, ok := FitTwoLines([]float64{1, 2, 3, 4, 14, 13, 12, 11, 10})
	if !ok || y.Split != 4 || !near(y.Left.Slope, 1) || !near(y.Right.Slope, -1) || !near(y.RSquare, 1) {
		t.Errorf("got %+v", y)
	}
	if _, ok := FitTwoLines([]float64{1, 2, 3}); ok {
		t.Error("three values have two lines")
	}
}

func TestFitPoly(t *testing.T) {
	x := []float64{0, 1, 2, 5, 9, 11}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = 3*v*v*v - 2*v + 7
	}
	p, ok := FitPoly(y, x, 3)
	if !ok {
		t.Fatal("no polynomial")
	}
	for i, want := range []float64{3, 0, -2, 7} {
		if math.Abs(p.Coefficients[i]-want) > 1e-8 {
			t.Errorf("coefficients %v", p.Coefficients)
		}
	}
	all(t, "fit", p.Fit, y)
}

func TestFFT(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 12, 17} {
		re, im := make([]float64, n), make([]float64, n)
		for i := range re {
			re[i], im[i] = float64(i*i%7)-2, float64(i%3)
		}
		gotRe, gotIm := FFT(re, im, false)
		for k := range n {
			var wantRe, wantIm float64
			for i := range n {
				s, c := math.Sincos(-2 * math.Pi * float64(k*i) / float64(n))
				wantRe += re[i]*c - im[i]*s
				wantIm += re[i]*s + im[i]*c
			}
			if math.Abs(gotRe[k]-wantRe) > 1e-9 || math.Abs(gotIm[k]-wantIm) > 1e-9 {
				t.Errorf("n %d k %d: got %v %v, want %v %v", n, k, gotRe[k], gotIm[k], wantRe, wantIm)
			}
		}
		backRe, backIm := FFT(gotRe, gotIm, true)
		for i := range n {
			if math.Abs(backRe[i]-re[i]) > 1e-9 || math.Abs(backIm[i]-im[i]) > 1e-9 {
				t.Errorf("n %d: the inverse gives %v %v", n, backRe, backIm)
				break
			}
		}
	}
}

func TestFIR(t *testing.T) {
	x := []float64{0, 0, 3, 0, 0, 6}
	third := []float64{1. / 3, 1. / 3, 1. / 3}
	all(t, "behind", FIR(x, third, false), []float64{0, 0, 1, 1, 1, 2})
	all(t, "around", FIR(x, third, true), []float64{0, 1, 1, 1, 2, 2})
}

func TestPeriods(t *testing.T) {
	y := make([]float64, 240)
	for i := range y {
		y[i] = 5*math.Sin(2*math.Pi*float64(i)/24) + math.Sin(2*math.Pi*float64(i)/7) + float64(i)/10
	}
	p, s := DetectPeriods(y, 0, 100, 2)
	if len(p) == 0 || p[0] != 24 || s[0] < 0.9 {
		t.Errorf("periods %v scores %v", p, s)
	}
	if got := PeriodScore(y, 12); got > 0.1 {
		t.Errorf("12 scores %v", got)
	}
	if p, _ := DetectPeriods(make([]float64, 50), 0, 100, 2); len(p) != 0 {
		t.Errorf("a flat series has periods %v", p)
	}
}

func TestDecompose(t *testing.T) {
	y := make([]float64, 60)
	for i := range y {
		y[i] = float64(i) + 10*float64(i%5)
	}
	p := Decompose(y, 5, TrendLine, 10, 0.6)
	for i := range y {
		if !near(p.Baseline[i]+p.Residual[i], y[i]) || !near(p.Seasonal[i]+p.Trend[i], p.Baseline[i]) {
			t.Fatalf("place %d does not add up", i)
		}
	}
	if p.Seasonal[0] != p.Seasonal[55] {
		t.Error("the season ends")
	}
	o := Outliers([]float64{1, 1, 2, 2, 3, 3, 100}, []float64{1, 1, 2, 2, 3, 3, 100}, 25, 75)
	if o[6] < 3 || o[2] != 0 || o[0] >= 0 {
		t.Errorf("outliers %v", o)
	}
}

// TestRecorded compares with what the real engine gave for series of its own.
func TestRecorded(t *testing.T) {
	f, err := os.Open("../../../../shared/kql/answers.jsonl")
	if err != nil {
		t.Skip("no recorded answers: ", err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	checked := 0
	for s.Scan() {
		var a struct {
			ID      string
			Columns []string
			Rows    [][]any
		}
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		col := func(name string) []float64 {
			for i, c := range a.Columns {
				if c == name {
					l, _ := a.Rows[0][i].([]any)
					out := make([]float64, len(l))
					for k, v := range l {
						out[k], _ = v.(float64)
					}
					return out
				}
			}
			t.Fatalf("%s has no column %s", a.ID, name)
			return nil
		}
		switch a.ID {
		case "series-decompose-function-00", "series-decompose-function-01", "series-decompose-function-02":
			trend := TrendAvg
			if a.ID == "series-decompose-function-02" {
				trend = TrendLine
			}
			p := Decompose(col("y"), -1, trend, 0, 0.6)
			all(t, a.ID+" seasonal", p.Seasonal, col("series_decompose_y_seasonal"))
			all(t, a.ID+" residual", p.Residual, col("series_decompose_y_residual"))
			checked++
		case "series-decompose-anomalies-function-00":
			p := Decompose(col("y"), -1, TrendAvg, 0, 0.6)
			all(t, a.ID, Outliers(p.Residual, p.Residual, 10, 90), col("series_decompose_anomalies_y_ad_score"))
			checked++
		case "series-decompose-forecast-function-00":
			p := Decompose(col("y"), -1, TrendLine, 24*7, 0.6)
			all(t, a.ID, p.Baseline, col("y_forcasted"))
			checked++
		case "series-outliers-function-00":
			y := col("series")
			all(t, a.ID, Outliers(y, y, 10, 90), col("outliers"))
			checked++
		case "series-fit-2lines-function-00":
			l, _ := FitTwoLines(col("y"))
			all(t, a.ID, l.Fit, col("LineFit2"))
			checked++
		}
	}
	if checked == 0 {
		t.Error("nothing checked")
	}
}
