package defender

import "wirehunt/schema"

// Certificates of signed files.
var deviceFileCertificateInfo = table("DeviceFileCertificateInfo",
	"Certificates of signed files.",
	[]schema.Column{
		dt("Timestamp"),
		str("DeviceId"),
		str("DeviceName"),
		i64("ReportId"),
		str("AppGuardContainerId"),
		dyn("AdditionalFields"),
		str("ActionType"),
		str("SHA1"),
		boolean("IsSigned"),
		str("SignatureType"),
		str("Signer"),
		str("SignerHash"),
		str("Issuer"),
		str("IssuerHash"),
		str("CertificateSerialNumber"),
		dyn("CrlDistributionPointUrls"),
		dt("CertificateCreationTime"),
		dt("CertificateExpirationTime"),
		dt("CertificateCountersignatureTime"),
		boolean("IsTrusted"),
		boolean("IsRootSignerMicrosoft"),
	},
	[]schema.Column{
		dt("TimeGenerated"),
		str("TenantId"),
		str("Type"),
		str("SourceSystem"),
		str("MachineGroup"),
	})
