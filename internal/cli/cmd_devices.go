package cli

import (
	"context"

	"github.com/spf13/cobra"

	"wirehunt/internal/query"
)

const devicesQuery = `DeviceNetworkEvents
| where isnotempty(DeviceId)
| summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Events = count(), Addresses = make_set(LocalIP, 16) by DeviceName, DeviceId
| sort by DeviceName asc, DeviceId asc
| project DeviceName, DeviceId, Addresses, Events, FirstSeen, LastSeen`

func devicesCommand(a *app) *cobra.Command {
	var db dbFlags
	var server clientFlags
	var format string
	c := &cobra.Command{
		Use:   "devices",
		Short: "List the devices whose traffic was seen",
		Example: `  wirehunt devices
  wirehunt devices --server https://hunt.example:8443 --format csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if server.server != "" {
				return a.ask(cmd.Context(), &server, "devices", devicesQuery, "", format)
			}
			return a.devices(cmd.Context(), &db, format)
		},
	}
	db.add(c)
	server.add(c)
	addFormat(c, &format, "table", "json", "csv", "ndjson")
	c.MarkFlagsMutuallyExclusive("db", "server")
	return c
}

func (a *app) devices(ctx context.Context, f *dbFlags, format string) error {
	e, err := f.open(ctx, true)
	if err != nil {
		return err
	}
	defer e.Close()
	return a.answer(ctx, e, "devices", devicesQuery, query.Options{}, format, false)
}
