package ldap

import "wirehunt/event"

// Log is ldap.log: operations other than searches.
var Log = event.NewLog("ldap", "LdapConnectionInspected", "LDAP operations other than searches.")

// The fields of ldap.log.
var (
	colID         = Log.IntField("message_id", "Id of the operation's messages.")
	colVersion    = Log.IntField("version", "Version of LDAP in a bind.")
	colOpcode     = Log.StringField("opcode", "Operation.")
	colResult     = Log.StringField("result", "Result.")
	colDiagnostic = Log.StringField("diagnostic_message", "What the server said about the result.")
	colObject     = Log.StringField("object", "Object of the operation: a name, or the extension's id.")
	colArgument   = Log.StringField("argument", "SASL mechanism of a bind; passwords are replaced.")
)

// SearchLog is ldap_search.log.
var SearchLog = event.NewLog("ldap_search", "LdapSearchConnectionInspected", "LDAP searches.")

// The fields of ldap_search.log.
var (
	colSearchID         = SearchLog.IntField("message_id", "Id of the search's messages.")
	colScope            = SearchLog.StringField("scope", "How far below the base was searched: base, single, tree.")
	colDeref            = SearchLog.StringField("deref_aliases", "When aliases are followed.")
	colBase             = SearchLog.StringField("base_object", "Where the search began.")
	colCount            = SearchLog.CountField("result_count", "Number of entries returned.")
	colSearchResult     = SearchLog.StringField("result", "Result.")
	colSearchDiagnostic = SearchLog.StringField("diagnostic_message", "What the server said about the result.")
	colFilter           = SearchLog.StringField("filter", "Filter of the search as text.")
	colAttributes       = SearchLog.VectorField("attributes", event.String, "Attributes asked for.")
)
