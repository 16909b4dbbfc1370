package defender

import "wirehunt/schema"

// Alerts: title, severity, category, techniques.
var alertInfo = table("AlertInfo",
	"Alerts: title, severity, category, techniques.",
	[]schema.Column{
		dt("Timestamp"),
		str("AlertId"),
		str("Title"),
		str("Category"),
		str("Severity"),
		str("ServiceSource"),
		str("DetectionSource"),
		str("AttackTechniques"),
	},
	[]schema.Column{
		dt("TimeGenerated"),
		str("TenantId"),
		str("Type"),
		str("SourceSystem"),
		str("MachineGroup"),
	})
