package cli

import (
	"net/netip"

	"github.com/spf13/cobra"

	"wirehunt/internal/geoip"
	"wirehunt/internal/query"
	"wirehunt/internal/store/duckdb"
	"wirehunt/kql"
	"wirehunt/kql/funcs"
)

// queryFiles are files that queries may use beside the database.
type queryFiles struct {
	geoip     string
	functions string
}

// addQuery adds the flags of commands that answer queries.
func (f *queryFiles) addQuery(c *cobra.Command) {
	c.Flags().StringVar(&f.geoip, "geoip", "", "`FILE` in MaxMind's format (.mmdb) for geo_info_from_ip_address()")
	f.addFunctions(c)
	c.MarkFlagFilename("geoip", "mmdb")
}

// addFunctions adds the flag of commands that need functions only.
func (f *queryFiles) addFunctions(c *cobra.Command) {
	c.Flags().StringVar(&f.functions, "functions", "", "`DIRECTORY` of .kql files with functions that queries can call")
	c.MarkFlagDirname("functions")
}

// host opens the files that the database asks.
func (f *queryFiles) host() (funcs.Host, error) {
	if f.geoip == "" {
		return funcs.Host{}, nil
	}
	db, err := geoip.Open(f.geoip)
	if err != nil {
		return funcs.Host{}, err
	}
	return funcs.Host{GeoInfo: func(a netip.Addr) string {
		info, err := db.Info(a)
		if err != nil {
			return "{}" // a damaged record
		}
		return info
	}}, nil
}

// saved reads the functions of the folder.
func (f *queryFiles) saved() ([]kql.UserFunction, error) {
	if f.functions == "" {
		return nil, nil
	}
	return query.ReadFunctions(f.functions)
}

// library is a database with functions beside its own.
type library struct {
	*duckdb.DB
	list []kql.UserFunction
}

// Library implements query.Library.
func (l library) Library() []kql.UserFunction { return l.list }
