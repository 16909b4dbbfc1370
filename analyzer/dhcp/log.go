package dhcp

import "wirehunt/event"

// Log is dhcp.log: one record per exchange, which may go over several
// connections.  Fields follow Zeek's script base/protocols/dhcp/main.zeek.
var Log = event.NewBareLog("dhcp", "DhcpConnectionInspected", "DHCP exchanges: who got which address from whom.").
	Between(68, []string{"assigned_addr", "client_addr", "requested_addr"}, 67, []string{"server_addr"})

var (
	colUIDs      = Log.SetField("uids", event.String, "Unique ids of the connections that the exchange went over.")
	colClient    = Log.AddrField("client_addr", "Address of the client.")
	colServer    = Log.AddrField("server_addr", "Address of the server that handed the lease out.")
	colMAC       = Log.StringField("mac", "Hardware address of the client.")
	colHost      = Log.StringField("host_name", "Name that the client gives itself.")
	colFQDN      = Log.StringField("client_fqdn", "Full domain name that the client gives itself.")
	colDomain    = Log.StringField("domain", "Domain that the server gives the client.")
	colRequested = Log.AddrField("requested_addr", "Address that the client asks for.")
	colAssigned  = Log.AddrField("assigned_addr", "Address that the server assigns.")
	colLease     = Log.IntervalField("lease_time", "Time for which the address is lent.")
	colClientMsg = Log.StringField("client_message", "Why the client declines an address.")
	colServerMsg = Log.StringField("server_message", "Why the server refuses a request.")
	colTypes     = Log.VectorField("msg_types", event.String, "Kinds of the messages, in their order.")
	colDuration  = Log.IntervalField("duration", "Time from the first message to the last.")
)
