package postgresql

import "wirehunt/event"

// Log is postgresql.log.
var Log = event.NewLog("postgresql", "PostgresqlConnectionInspected", "PostgreSQL log-ins and queries.")

// The fields of postgresql.log.
var (
	colUser        = Log.StringField("user", "User that the client logs in as.")
	colDatabase    = Log.StringField("database", "Database that the client connects to.")
	colApp         = Log.StringField("application_name", "What the client calls itself.")
	colFrontend    = Log.StringField("frontend", "What the client sent: ssl_request, startup, simple_query, extended_query, terminate.")
	colFrontendArg = Log.StringField("frontend_arg", "Text of the query.")
	colBackend     = Log.StringField("backend", "What the server answered.")
	colBackendArg  = Log.StringField("backend_arg", "More about the answer: ways to authenticate, the fields of errors and notices.")
	colSuccess     = Log.BoolField("success", "Whether the log-in or query succeeded.")
	colRows        = Log.CountField("rows", "Number of rows returned.")
)

// row is a row of postgresql.log being made.
type row struct {
	open        bool
	ts          int64
	frontend    string
	arg         []byte
	backend     []byte
	backendArg  []byte
	hasBackend  bool
	hasArg      bool // of the server
	hasSuccess  bool
	success     bool
	hasRows     bool
	rows        uint64
	hasQuery    bool
	rowsCounted uint64 // of the query that goes on
	counting    bool
}

// begin opens the row unless it is.
func (s *session) begin() *row {
	r := &s.row
	if !r.open {
		*r = row{
			open: true, ts: s.Conn.Now, arg: r.arg[:0], backend: r.backend[:0], backendArg: r.backendArg[:0],
			rowsCounted: r.rowsCounted, counting: r.counting,
		}
	}
	return r
}

// list appends an item to a list with commas.
func list(b []byte, item string) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	return append(b, item...)
}

// end writes the row.
func (s *session) end() {
	r := &s.row
	if !r.open {
		return
	}
	r.open = false
	w := s.Conn.Row(Log, r.ts)
	setParameter(w, colUser, s.user, s.has&hasUser != 0)
	setParameter(w, colDatabase, s.database, s.has&hasDatabase != 0)
	setParameter(w, colApp, s.app, s.has&hasApp != 0)
	if r.frontend != "" {
		colFrontend.SetString(w, r.frontend)
	}
	if r.hasQuery {
		colFrontendArg.Set(w, r.arg)
	}
	if r.hasBackend {
		colBackend.Set(w, r.backend)
	}
	if r.hasArg {
		colBackendArg.Set(w, r.backendArg)
	}
	if r.hasSuccess {
		colSuccess.Set(w, r.success)
	}
	if r.hasRows {
		colRows.Set(w, r.rows)
	}
}

func setParameter(w *event.Row, c event.StringCol, v []byte, has bool) {
	if has {
		c.Set(w, v)
	}
}
