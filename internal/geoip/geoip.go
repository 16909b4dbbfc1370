// Package geoip tells where addresses are, from a file in MaxMind's format
// (https://maxmind.github.io/MaxMind-DB/) that the user gives.
package geoip

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"strconv"

	"github.com/oschwald/maxminddb-golang/v2"

	"wirehunt/kql/types"
)

// maxFile bounds the file in bytes: it is held in memory.
const maxFile = 2 << 30

// DB is an open file.  Several goroutines may use it.
type DB struct {
	r *maxminddb.Reader
	// Kind is what the file says it is: GeoLite2-City.
	Kind string
}

// Open reads a file.  It is read whole and not mapped, so that nothing happens
// to running queries when an update writes over it.
func Open(path string) (*DB, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, int64(maxFile))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	db, err := New(data)
	if err != nil {
		return nil, fmt.Errorf("%s is no MaxMind database: %w", path, err)
	}
	return db, nil
}

// New reads a database in memory; data may not change any more.
func New(data []byte) (*DB, error) {
	r, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, err
	}
	return &DB{r: r, Kind: r.Metadata.DatabaseType}, nil
}

// names are the names of a place by language.
type names struct {
	Names map[string]string `maxminddb:"names"`
}

type record struct {
	Country      names   `maxminddb:"country"`
	Subdivisions []names `maxminddb:"subdivisions"`
	City         names   `maxminddb:"city"`
	Location     struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

// Info returns what is known of an address as a JSON object with the members
// of Kusto's geo_info_from_ip_address(), in that order: country, state, city,
// latitude, longitude.  What is not known is missing.
func (d *DB) Info(addr netip.Addr) (string, error) {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() && d.r.Metadata.IPVersion == 4 {
		return "{}", nil
	}
	var rec record
	if err := d.r.Lookup(addr).Decode(&rec); err != nil {
		return "{}", err
	}
	b := []byte{'{'}
	text := func(key, value string) {
		if value != "" {
			b = types.AppendJSONString(member(b, key), value)
		}
	}
	number := func(key string, v *float64) {
		if v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) {
			b = strconv.AppendFloat(member(b, key), *v, 'f', -1, 64)
		}
	}
	text("country", rec.Country.Names["en"])
	if len(rec.Subdivisions) > 0 {
		text("state", rec.Subdivisions[0].Names["en"])
	}
	text("city", rec.City.Names["en"])
	number("latitude", rec.Location.Latitude)
	number("longitude", rec.Location.Longitude)
	return string(append(b, '}')), nil
}

// member starts a member of an object.
func member(b []byte, key string) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	return append(types.AppendJSONString(b, key), ':')
}
