package defender

import "wirehunt/schema"

// Network adapters of devices: addresses, DNS servers, gateways.
var deviceNetworkInfo = table("DeviceNetworkInfo",
	"Network adapters of devices: addresses, DNS servers, gateways.",
	[]schema.Column{
		dt("Timestamp"),
		str("DeviceId"),
		str("DeviceName"),
		str("NetworkAdapterName"),
		str("MacAddress"),
		str("NetworkAdapterType"),
		str("NetworkAdapterStatus"),
		str("TunnelType"),
		str("ConnectedNetworks"),
		str("DnsAddresses"),
		str("IPv4Dhcp"),
		str("IPv6Dhcp"),
		str("DefaultGateways"),
		str("IPAddresses"),
		i64("ReportId"),
		str("NetworkAdapterVendor"),
	},
	[]schema.Column{
		dt("TimeGenerated"),
		str("TenantId"),
		str("Type"),
		str("SourceSystem"),
		str("AppGuardContainerId"),
		dyn("AdditionalFields"),
		str("ActionType"),
		str("MachineGroup"),
	})
