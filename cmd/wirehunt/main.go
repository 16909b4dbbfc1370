// Command wirehunt hunts over network-layer signals: it turns captures into
// Zeek's records and Defender's tables, and queries them in the Kusto Query
// Language.
package main

import (
	"os"

	"wirehunt/internal/cli"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(cli.Main(version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
