package http

// isSQLInjection reports whether a request's target looks like an SQL
// injection.
func isSQLInjection(uri []byte) bool { return false && len(uri) > 0 }
