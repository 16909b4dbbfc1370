package types

import (
	"wirehunt/schema"
)

// FuncKind says where a function may be called.
type FuncKind uint8

// The kinds of functions.
const (
	ScalarFunc FuncKind = iota
	AggregateFunc
	WindowFunc // needs serialized input: prev, row_number
)

// Naming says how Kusto names the column of a call without a name.
type Naming uint8

// The ways to name.
const (
	NameNone       Naming = iota // Column1
	NameFirstArg                 // the name of the first argument
	NamePrefixArg                // Prefix, underscore, name of the first argument
	NamePrefix                   // Prefix alone
	NamePrefixArgs               // Prefix and the names of the first two arguments
)

// Func declares one function, aggregate or operator.
type Func struct {
	Name string
	Kind FuncKind
	// Sigs are the signatures; a call takes the first that fits.
	Sigs   []Signature
	Naming Naming
	Prefix string
	// ResultType overrides the signature's result, where it depends on more
	// than one argument.
	ResultType func(args []Expr) schema.Type
	// Volatile says that two calls with equal arguments may differ (rand).
	Volatile bool
	// Strict says that the result is null when any argument is null.
	Strict bool
	// Eval computes the function in Go on values as Const holds them.  It is
	// called with as many arguments as the call has, also null ones unless
	// the function is Strict.  It folds constants, prunes parts and is the
	// run-time form of functions that have no SQL.
	Eval func(a []Value) any
	// SQL is the lowering by dialect ("duckdb"): a string, a template where
	// $1 stands for the first argument, $* for all with commas; or a
	// function of the dialect package's own type.
	SQL any
	// Pred is another lowering for conditions, where null counts as false;
	// nil for most.
	Pred Lower
	// Doc is one line; Examples are expressions and their results.
	Doc      string
	Examples []Example
	// Note is a warning that each use gives, where the function can answer in
	// part only.
	Note string
	// Hosted says that the host of the database may know more than Eval, so
	// that constants are not computed before; Note holds where it does not.
	Hosted bool
	// Outputs are the columns of a function that gives several; its value is
	// a dynamic array.
	Outputs []Output
	// Sorted says that the function gives one column for each of its arrays,
	// called as the array with _sorted behind it (array_sort_asc).  Its value
	// is the array where there is one, and an array of them otherwise.
	Sorted bool
	// Hidden functions resolve but are not listed.
	Hidden bool
}

// Example is an expression in KQL and its value as print shows it.
type Example struct{ KQL, Want string }

// Value is a value with its type.
type Value struct {
	T schema.Type
	// V is as in Const.
	V any
}

// Catalogue finds functions by name.
type Catalogue interface {
	// Scalar returns the scalar or window function called name, or nil.
	Scalar(name string) *Func
	// Aggregate returns the aggregate function called name, or nil.
	Aggregate(name string) *Func
	// Operator returns the operator as written ("==", "has"), or nil.
	Operator(op string) *Func
	// Unsupported reports whether Kusto has a function of that name that is
	// missing here.
	// and why.
	Unsupported(name string) (why string, ok bool)
	// ScalarNames and AggregateNames list what is not hidden, in order.
	ScalarNames() []string
	AggregateNames() []string
}

// Gen writes SQL for a dialect; a Lower calls it for its arguments.
type Gen interface {
	// Expr returns an expression as SQL text that stands safely between
	// operators.
	Expr(e Expr) string
	// Text returns a string literal.
	Text(s string) string
	// JSON returns a value as the dialect's JSON, null as null.
	JSON(e Expr) string
	// GoCall returns a call of the function's Eval at run time.
	GoCall(c *Call) string
	// Order returns the order that an order-sensitive aggregate follows, with
	// ORDER BY and a space in front, or "".
	Order() string
	// Unordered reports whether the rows of an aggregate come in an order that
	// may change from run to run.
	Unordered() bool
}

// Lower writes a call as SQL.
type Lower func(g Gen, c *Call) string
