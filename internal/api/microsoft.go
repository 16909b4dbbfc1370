package api

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wirehunt/internal/query"
	"wirehunt/schema"
)

func (s *Server) microsoftRoutes() []route {
	type body struct{ Query string }
	type graphBody struct{ Query, Timespan string }
	return []route{
		{method: "POST", path: "/api/advancedqueries/run", access: canQuery, dialect: defenderDialect, handle: s.defenderRun,
			summary: "Defender for Endpoint: run an advanced query", in: body{}},
		{method: "POST", path: "/api/advancedhunting/run", access: canQuery, dialect: defenderDialect, handle: s.defenderRun,
			summary: "Defender XDR: run an advanced hunting query", in: body{}},
		{method: "POST", path: "/v1.0/security/runHuntingQuery", access: canQuery, dialect: graphDialect, handle: s.graphRun,
			summary: "Microsoft Graph: run a hunting query", in: graphBody{}},
		{method: "POST", path: "/v1.0/security/microsoft.graph.security.runHuntingQuery", access: canQuery, dialect: graphDialect, handle: s.graphRun,
			summary: "Microsoft Graph: run a hunting query, by its full name", in: graphBody{}},
	}
}

// member returns a string member of a JSON body.
func member(body map[string]json.RawMessage, names ...string) (value string, ok bool, f *failure) {
	for _, n := range names {
		raw, found := body[n]
		if !found || string(raw) == "null" {
			continue
		}
		if json.Unmarshal(raw, &value) != nil {
			return "", false, fail(badRequest, "%s must be a string.", n)
		}
		return value, true, nil
	}
	return "", false, nil
}

// defenderRun answers Defender's run endpoints.  The name of the body's
// member is case-sensitive, as documented.
func (s *Server) defenderRun(w http.ResponseWriter, r *http.Request, who identity) *failure {
	var body map[string]json.RawMessage
	if f := s.readJSON(w, r, &body); f != nil {
		return f
	}
	text, ok, f := member(body, "Query")
	if f != nil {
		return f
	}
	if !ok {
		return fail(badRequest, "The body has no Query; the name is case-sensitive.")
	}
	a, f := s.ask(r, who, question{api: "defender", text: text, rows: s.opt.Limits.Rows})
	if f != nil {
		return f
	}
	defer a.Close()
	sp := &spool{dir: s.opt.TempDir, max: s.opt.Limits.Bytes}
	defer sp.Close()
	if f := a.writeObjects(sp); f != nil {
		return f
	}
	seconds := strconv.FormatFloat(a.took().Seconds(), 'f', 7, 64)
	start := []byte(`{"Stats":{"ExecutionTime":` + seconds +
		`,"resource_usage":{"cache":{"memory":{"hits":0,"misses":0,"total":0},"disk":{"hits":0,"misses":0,"total":0}},` +
		`"cpu":{"user":"00:00:00","kernel":"00:00:00","total cpu":"00:00:00"},"memory":{"peak_per_node":0}},` +
		`"dataset_statistics":[{"table_row_count":` + strconv.FormatInt(a.n, 10) + `,"table_size":` + strconv.FormatInt(sp.n, 10) + `}]},"Schema":`)
	start = append(query.AppendSchema(start, a.columns()), `,"Results":`...)
	return a.send(w, start, sp)
}

// graphRun answers Graph's runHuntingQuery.  The service limits a query
// without Timespan to its retention of 30 days; here all that is stored is
// looked at.
func (s *Server) graphRun(w http.ResponseWriter, r *http.Request, who identity) *failure {
	var body map[string]json.RawMessage
	if f := s.readJSON(w, r, &body); f != nil {
		return f
	}
	text, ok, f := member(body, "Query", "query")
	if f != nil {
		return f
	}
	if !ok {
		return fail(badRequest, "The body has no Query.")
	}
	span, ok, f := member(body, "Timespan", "timespan")
	if f != nil {
		return f
	}
	q := question{api: "graph", text: text, rows: s.opt.Limits.Rows}
	if ok && span != "" {
		end, f := s.now(r)
		if f != nil {
			return f
		}
		if q.opt.From, q.opt.To, ok = parseTimespan(span, end); !ok {
			return fail(badRequest, "Timespan %q is not an ISO 8601 duration or interval.", span)
		}
	}
	a, f := s.ask(r, who, q)
	if f != nil {
		return f
	}
	defer a.Close()
	sp := &spool{dir: s.opt.TempDir, max: s.opt.Limits.Bytes}
	defer sp.Close()
	if f := a.writeObjects(sp); f != nil {
		return f
	}
	start := []byte(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults","schema":`)
	start = append(appendColumns(start, a.columns(), schema.Type.NetName), `,"results":`...)
	w.Header().Set("request-id", idOf(r))
	return a.send(w, start, sp)
}

// now is the time that queries of this server count from.
func (s *Server) now(r *http.Request) (time.Time, *failure) {
	if s.opt.NowLatest {
		ticks, ok, err := s.store.Newest(r.Context())
		if err != nil {
			return time.Time{}, broken(err)
		}
		if ok {
			return query.Time(ticks), nil
		}
	}
	return s.opt.Clock().UTC(), nil
}

// appendColumns appends [{"name":...,"type":...}].
func appendColumns(dst []byte, cols []schema.Column, name func(schema.Type) string) []byte {
	dst = append(dst, '[')
	for i, c := range cols {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(append(dst, `{"name":`...), c.Name), `,"type":"`...)
		dst = append(append(dst, name(c.Type)...), `"}`...)
	}
	return append(dst, ']')
}

// writeObjects writes the rows as a JSON array of objects.
func (a *answer) writeObjects(sp *spool) *failure {
	w := bufio.NewWriterSize(sp, 64<<10)
	var keys [][]byte
	for _, c := range a.columns() {
		keys = append(keys, append(appendText(nil, c.Name), ':'))
	}
	cols := a.columns()
	buf := []byte{'['}
	for a.Next() {
		if a.n > 1 {
			buf = append(buf, ',')
		}
		buf = append(buf, '{')
		for i, v := range a.Values() {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = query.AppendJSON(append(buf, keys[i]...), v, cols[i].Type)
		}
		buf = append(buf, '}')
		if _, err := w.Write(buf); err != nil {
			return a.spoolFailure(err)
		}
		buf = buf[:0]
	}
	if f := a.Err(); f != nil {
		return f
	}
	w.Write(append(buf, ']'))
	if err := w.Flush(); err != nil {
		return a.spoolFailure(err)
	}
	a.size = sp.n
	return nil
}

func (a *answer) spoolFailure(err error) *failure {
	a.fail = broken(err)
	if errors.Is(err, errTooLarge) {
		a.fail = &failure{kind: tooLarge, message: msgTooLarge}
	}
	return a.fail
}

// send writes the reply: start, the rows, and the closing brace.
func (a *answer) send(w http.ResponseWriter, start []byte, sp *spool) *failure {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out := &steady{w: w}
	if _, err := out.Write(start); err != nil {
		return nil // the client went away
	}
	if _, err := sp.WriteTo(out); err != nil {
		// Half a reply is sent: break the connection, so that the client
		// does not take it for a whole one.
		panic(http.ErrAbortHandler)
	}
	out.Write([]byte("}\n"))
	return nil
}

// steady gives the client time for each write, not for all of them.
type steady struct{ w http.ResponseWriter }

const writeTime = 60 * time.Second

func (s *steady) Write(p []byte) (int, error) {
	http.NewResponseController(s.w).SetWriteDeadline(time.Now().Add(writeTime)) // not possible in some tests
	return s.w.Write(p)
}

// parseTimespan reads Graph's Timespan: a duration before now, an interval of
// two times, of a time and a duration in either order, or a time since when.
func parseTimespan(s string, now time.Time) (from, to time.Time, ok bool) {
	start, end, both := strings.Cut(s, "/")
	if !both {
		if d, ok := parseDuration(s); ok {
			return now.Add(-d), now, true
		}
		from, ok = parseTime(s)
		return from, to, ok
	}
	if d, ok := parseDuration(start); ok {
		to, ok = parseTime(end)
		return to.Add(-d), to, ok
	}
	if from, ok = parseTime(start); !ok {
		return from, to, false
	}
	if d, ok := parseDuration(end); ok {
		return from, from.Add(d), true
	}
	to, ok = parseTime(end)
	return from, to, ok && !to.Before(from)
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseDuration reads an ISO 8601 duration; a month has 30 days and a year
// 365, as .NET's XmlConvert counts them.
func parseDuration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return 0, false
	}
	const day = 24 * time.Hour
	date := map[byte]time.Duration{'Y': 365 * day, 'M': 30 * day, 'W': 7 * day, 'D': day}
	clock := map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	units := date
	var total float64
	for n := 0; rest != ""; n++ {
		if rest[0] == 'T' && len(rest) > 1 && len(units) == len(date) {
			units, rest = clock, rest[1:]
		}
		i := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if i <= 0 || n > 7 {
			return 0, false
		}
		x, err := strconv.ParseFloat(rest[:i], 64)
		unit := units[rest[i]]
		if err != nil || unit == 0 {
			return 0, false
		}
		total += x * float64(unit)
		rest = rest[i+1:]
	}
	if total > float64(290*365*day) {
		return 0, false
	}
	return time.Duration(total), true
}
