// Package cli is the command line: one file per command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// app is what all commands share.
type app struct {
	version string
	in      io.Reader
	out     io.Writer
	err     io.Writer
}

// commands is the list of commands, in the order of the help text.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		importCommand(a),
		queryCommand(a),
		devicesCommand(a),
		serveCommand(a),
		tokenCommand(a),
		backupCommand(a),
		restoreCommand(a),
		retentionCommand(a),
		zeekCommand(a),
		checkCommand(a),
		fmtCommand(a),
		functionsCommand(a),
		schemaCommand(a),
		huntsCommand(a),
		demoCommand(a),
		versionCommand(a),
	}
}

// errReported is the error of a command that has told the user already.
var errReported = errors.New("reported")

// Main runs the program and returns its exit status: 0, or 1 after one
// message on standard error.
func Main(version string, args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{version: version, in: in, out: out, err: errOut}
	root := rootCommand(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(errOut, "wirehunt: interrupted")
	default:
		fmt.Fprintf(errOut, "wirehunt: %v\n", err)
	}
	return 1
}

func rootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "wirehunt",
		Short: "Advanced hunting over network-layer signals",
		Long: `Wirehunt reads packet captures as Zeek would, keeps what they tell in the tables
of Microsoft Defender's advanced hunting, and answers queries in the Kusto Query
Language.`,
		Example: `  wirehunt import capture.pcap
  wirehunt query 'DeviceNetworkEvents | summarize count() by ActionType'
  wirehunt query --from capture.pcap -f hunt.kql
  wirehunt zeek --json -r capture.pcap -o logs/`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		DisableAutoGenTag: true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.AddCommand(commands(a)...)
	return root
}

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, "wirehunt", a.version)
			return err
		},
	}
}
