package krb

import "wirehunt/event"

// Log is kerberos.log: one record per exchange.  Fields follow Zeek's scripts
// base/protocols/krb.
var Log = event.NewLog("kerberos", "KerberosConnectionInspected",
	"Kerberos exchanges with a KDC, and tickets shown to services (AP).")

var (
	colRequest       = Log.StringField("request_type", "What was asked for: AS (a first ticket), TGS (a ticket for a service) or AP (use of a ticket).")
	colClient        = Log.StringField("client", "Principal of the client, and its realm.")
	colService       = Log.StringField("service", "Principal of the service.")
	colSuccess       = Log.BoolField("success", "Whether the request was granted; unset if no answer was seen.")
	colErrorMsg      = Log.StringField("error_msg", "The error, in the server's words or by its name.")
	colFrom          = Log.TimeField("from", "Time from which the ticket is asked for.")
	colTill          = Log.TimeField("till", "Time up to which the ticket is asked for.")
	colCipher        = Log.StringField("cipher", "Encryption type of the ticket.")
	colForwardable   = Log.BoolField("forwardable", "A forwardable ticket is asked for.")
	colRenewable     = Log.BoolField("renewable", "A renewable ticket is asked for.")
	colClientSubject = Log.StringField("client_cert_subject", "Subject of the certificate that the client signs in with.")
	colServerSubject = Log.StringField("server_cert_subject", "Subject of the KDC's certificate.")
)
