package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/duckdb/duckdb-go/v2"

	"wirehunt/kql/funcs"
	"wirehunt/schema"
)

var resultTypes = map[schema.Type]duckdb.Type{
	schema.Bool:   duckdb.TYPE_BOOLEAN,
	schema.Long:   duckdb.TYPE_BIGINT,
	schema.Real:   duckdb.TYPE_DOUBLE,
	schema.String: duckdb.TYPE_VARCHAR,
}

// registerFunctions makes the functions known that compiled queries call for
// what SQL cannot express.
func (d *DB) registerFunctions(ctx context.Context) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	for _, h := range funcs.HostFuncs() {
		f, err := newFunction(resultTypes[h.Result], d.opt.Host)
		if err == nil {
			err = duckdb.RegisterScalarUDF(conn, h.Name, f)
		}
		if err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	return conn.Close()
}

// function is a scalar function: name and kinds of the values as text, then
// the values.
type function struct {
	config duckdb.ScalarFuncConfig
	host   funcs.Host
}

func newFunction(result duckdb.Type, host funcs.Host) (*function, error) {
	text, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err != nil {
		return nil, err
	}
	anyType, err := duckdb.NewTypeInfo(duckdb.TYPE_ANY)
	if err != nil {
		return nil, err
	}
	res, err := duckdb.NewTypeInfo(result)
	return &function{duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, VariadicTypeInfo: anyType, ResultTypeInfo: res, SpecialNullHandling: true}, host}, err
}

// Config implements duckdb.ScalarFunc.
func (f *function) Config() duckdb.ScalarFuncConfig { return f.config }

// Executor implements duckdb.ScalarFunc.
func (f *function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(v []driver.Value) (any, error) {
		args := make([]any, len(v)-2)
		for i, a := range v[2:] {
			args[i] = a
		}
		return f.host.Invoke(v[0].(string), v[1].(string), args), nil
	}}
}

// GeoInfo reports whether queries learn where addresses are; it implements
// query.Geo.
func (d *DB) GeoInfo() bool { return d.opt.Host.GeoInfo != nil }
