package geo

import "strings"

const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

// Geohash returns the geohash of a point with a number of digits, 1 to 18.
//
// https://en.wikipedia.org/wiki/Geohash
func Geohash(lng, lat float64, digits int) string {
	box := [2][2]float64{{-180, 180}, {-90, 90}}
	at := [2]float64{lng, lat}
	out := make([]byte, digits)
	axis := 0
	for i := range out {
		d := 0
		for range 5 {
			mid := (box[axis][0] + box[axis][1]) / 2
			d <<= 1
			if at[axis] >= mid {
				d |= 1
				box[axis][0] = mid
			} else {
				box[axis][1] = mid
			}
			axis ^= 1
		}
		out[i] = geohashDigits[d]
	}
	return string(out)
}

// GeohashBox returns the borders of a geohash; it reports false where the text
// is none.
func GeohashBox(hash string) (west, south, east, north float64, ok bool) {
	if hash == "" || len(hash) > 18 {
		return 0, 0, 0, 0, false
	}
	box := [2][2]float64{{-180, 180}, {-90, 90}}
	axis := 0
	for _, c := range []byte(strings.ToLower(hash)) {
		d := strings.IndexByte(geohashDigits, c)
		if d < 0 {
			return 0, 0, 0, 0, false
		}
		for bit := 16; bit > 0; bit >>= 1 {
			mid := (box[axis][0] + box[axis][1]) / 2
			if d&bit != 0 {
				box[axis][0] = mid
			} else {
				box[axis][1] = mid
			}
			axis ^= 1
		}
	}
	return box[0][0], box[1][0], box[0][1], box[1][1], true
}

// GeohashNeighbors returns the geohashes around one; at the poles there are
// fewer.
func GeohashNeighbors(hash string) []string {
	w, s, e, n, ok := GeohashBox(hash)
	if !ok {
		return nil
	}
	var out []string
	for _, dy := range []float64{-1, 0, 1} {
		for _, dx := range []float64{-1, 0, 1} {
			lat := (s+n)/2 + dy*(n-s)
			if dx == 0 && dy == 0 || lat < -90 || lat > 90 {
				continue
			}
			lng := (w+e)/2 + dx*(e-w)
			if lng < -180 {
				lng += 360
			} else if lng > 180 {
				lng -= 360
			}
			out = append(out, Geohash(lng, lat, len(hash)))
		}
	}
	return out
}
