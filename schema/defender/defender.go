// Package defender declares the tables of Microsoft Defender's advanced
// hunting as Microsoft documents them: names, order and types of the columns.
// One file per table; All is the list.
package defender

import "wirehunt/schema"

// All returns the tables, in alphabetical order.  Their Parts are empty: a
// store fills them.
func All() []schema.Table {
	return []schema.Table{
		alertEvidence,
		alertInfo,
		deviceEvents,
		deviceFileCertificateInfo,
		deviceFileEvents,
		deviceImageLoadEvents,
		deviceInfo,
		deviceLogonEvents,
		deviceNetworkEvents,
		deviceNetworkInfo,
		deviceProcessEvents,
		deviceRegistryEvents,
		identityInfo,
	}
}

func table(name, doc string, cols, hidden []schema.Column) schema.Table {
	return schema.Table{Name: name, Doc: doc, Columns: cols, Hidden: hidden}
}

func column(name string, t schema.Type) schema.Column {
	return schema.Column{Name: name, Type: t, Doc: columnDocs[name]}
}

func str(name string) schema.Column     { return column(name, schema.String) }
func i64(name string) schema.Column     { return column(name, schema.Long) }
func i32(name string) schema.Column     { return column(name, schema.Int) }
func boolean(name string) schema.Column { return column(name, schema.Bool) }
func dt(name string) schema.Column      { return column(name, schema.DateTime) }
func dyn(name string) schema.Column     { return column(name, schema.Dynamic) }
