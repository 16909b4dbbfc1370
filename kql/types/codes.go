package types

import "wirehunt/kql/diag"

// Codes of the binder and checker.
const (
	// CodeUnknownName is a name that is no column, variable or parameter.
	CodeUnknownName diag.Code = "KQL2001"
	// CodeUnknownTable is a name that is no table.
	CodeUnknownTable diag.Code = "KQL2002"
	// CodeUnknownFunction is a function that does not exist.
	CodeUnknownFunction diag.Code = "KQL2003"
	// CodeArgumentCount is a call with too few or too many arguments.
	CodeArgumentCount diag.Code = "KQL2004"
	// CodeArgumentType is an argument of the wrong type.
	CodeArgumentType diag.Code = "KQL2005"
	// CodeOperandTypes is an operator on types it is not defined for.
	CodeOperandTypes diag.Code = "KQL2006"
	// CodeExpectedType is an expression of the wrong type.
	CodeExpectedType diag.Code = "KQL2007"
	// CodeDuplicateColumn is a column declared twice.
	CodeDuplicateColumn diag.Code = "KQL2008"
	// CodeAggregateContext is an aggregate function outside summarize.
	CodeAggregateContext diag.Code = "KQL2009"
	// CodeExpectedColumn is an expression where a column's name must stand.
	CodeExpectedColumn diag.Code = "KQL2010"
	// CodeExpectedConstant is an expression that must be constant.
	CodeExpectedConstant diag.Code = "KQL2011"
	// CodeBadValue is a constant with a value that is not allowed.
	CodeBadValue diag.Code = "KQL2012"
	// CodeExpectedTable is a scalar where a table must stand, or the reverse.
	CodeExpectedTable diag.Code = "KQL2013"
	// CodeRecursion is a function or variable that uses itself, or a query
	// that grows too large when its functions are expanded.
	CodeRecursion diag.Code = "KQL2014"
	// CodeJoinKind warns of a join without a kind.
	CodeJoinKind diag.Code = "KQL2101"
	// CodeWholeTerm tells of a search inside words that a search for words
	// could do.
	CodeWholeTerm diag.Code = "KQL2102"
	// CodeTextNumber tells of a number that is compared with a text.
	CodeTextNumber diag.Code = "KQL2103"
	// CodeNotSupported is something this engine knows and cannot do.
	CodeNotSupported diag.Code = "KQL3101"
	// CodeRefused is something that reaches outside and is refused.
	CodeRefused diag.Code = "KQL3102"
)
