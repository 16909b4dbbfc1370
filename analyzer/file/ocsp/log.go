package ocsp

import "wirehunt/event"

// Log is ocsp.log.
var Log = event.NewBareLog("ocsp", "", "What OCSP responses say about certificates.")

// The fields of ocsp.log.
var (
	colID         = Log.StringField("id", "Id of the file that the response is.")
	colAlgorithm  = Log.StringField("hashAlgorithm", "Algorithm of the issuer's hashes.")
	colNameHash   = Log.StringField("issuerNameHash", "Hash of the issuer's name, in hexadecimal.")
	colKeyHash    = Log.StringField("issuerKeyHash", "Hash of the issuer's key, in hexadecimal.")
	colSerial     = Log.StringField("serialNumber", "Serial number of the certificate, in hexadecimal.")
	colStatus     = Log.StringField("certStatus", "good, revoked or unknown.")
	colRevoked    = Log.TimeField("revoketime", "When the certificate was revoked.")
	colReason     = Log.StringField("revokereason", "Why it was revoked.")
	colThisUpdate = Log.TimeField("thisUpdate", "When the status was known to be right.")
	colNextUpdate = Log.TimeField("nextUpdate", "When newer information will be there at the latest.")
)
