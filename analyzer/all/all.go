// Package all lists the protocol analyzers.
package all

import (
	"wirehunt/analyzer"
	"wirehunt/analyzer/http"
	"wirehunt/analyzer/ssh"
	"wirehunt/analyzer/ssl"
)

// Specs returns the protocols that wirehunt analyses, by name.
func Specs() []*analyzer.Spec {
	return []*analyzer.Spec{
		http.Spec(),
		ssh.Spec(),
		ssl.DTLSSpec(),
		ssl.Spec(),
	}
}
