// Package all lists the protocol analyzers.
package all

import "wirehunt/analyzer"

// Specs returns the protocols that wirehunt analyses, by name.
func Specs() []*analyzer.Spec {
	return []*analyzer.Spec{}
}
