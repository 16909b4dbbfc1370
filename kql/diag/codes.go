package diag

// Codes of the scanner and the parser.
const (
	// CodeBadCharacter is a character that starts no token.
	CodeBadCharacter Code = "KQL1001"
	// CodeUnterminatedString is a string literal without its end.
	CodeUnterminatedString Code = "KQL1002"
	// CodeBadEscape is an unknown escape in a string literal.
	CodeBadEscape Code = "KQL1003"
	// CodeBadLiteral is a typed literal whose text is not of its type.
	CodeBadLiteral Code = "KQL1004"
	// CodeExpected is a missing token or name.
	CodeExpected Code = "KQL1005"
	// CodeExpectedExpression is a missing expression.
	CodeExpectedExpression Code = "KQL1006"
	// CodeUnexpected is text that does not belong where it is.
	CodeUnexpected Code = "KQL1007"
	// CodeUnknownOperator is a tabular operator that does not exist.
	CodeUnknownOperator Code = "KQL1008"
	// CodeUnclosed is an opening bracket without its end.
	CodeUnclosed Code = "KQL1009"
	// CodeTooDeep is a query nested too deeply.
	CodeTooDeep Code = "KQL1010"
	// CodeUnknownType is a type name that does not exist.
	CodeUnknownType Code = "KQL1011"
	// CodeEmptyQuery is a query without a tabular expression.
	CodeEmptyQuery Code = "KQL1012"
	// CodeTooMany ends the list after too many errors.
	CodeTooMany Code = "KQL1013"
	// CodeNamedPredicate warns of where a = x, which does not compare.
	CodeNamedPredicate Code = "KQL1014"
)

// Codes of what is recognised and not supported.
const (
	// CodeCommand is a management command.
	CodeCommand Code = "KQL3001"
	// CodeGraph is a graph operator.
	CodeGraph Code = "KQL3002"
)
