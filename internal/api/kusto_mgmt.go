package api

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"wirehunt/schema"
)

// kustoMgmt answers /v1/rest/mgmt.
func (s *Server) kustoMgmt(w http.ResponseWriter, r *http.Request, who identity) *failure {
	q, f := s.readKusto(w, r)
	if f != nil {
		return f
	}
	if !isCommand(q.csl) {
		return fail(badRequest, "A management command starts with a dot; queries go to /v1/rest/query and /v2/rest/query.")
	}
	return s.command(w, r, who, q, 0)
}

// isCommand reports whether a text is a management command.
func isCommand(csl string) bool { return strings.HasPrefix(stripComments(csl), ".") }

// stripComments removes space and whole-line comments from the start.
func stripComments(csl string) string {
	for {
		csl = strings.TrimSpace(csl)
		if !strings.HasPrefix(csl, "//") {
			return csl
		}
		_, csl, _ = strings.Cut(csl, "\n")
	}
}

// command is one management command: a pattern over its text with spaces
// reduced to one, and what it gives.
type command struct {
	pattern *regexp.Regexp
	run     func(s *Server, ctx context.Context, m []string) ([]schema.Column, [][]any, *failure)
}

// A name in a command: x, ['x'], ["x"], or the same in parentheses.
const namePattern = `\(?(?:\[["'])?([\w@*.-]+)(?:["']\])?\)?`

func re(p string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^` + strings.NewReplacer(" ", `\s+`, "NAME", namePattern).Replace(p) + `\s*(?:with\s*\(.*\))?\s*;?\s*$`)
}

// commands are those that clients send when they connect.
func commands() []command {
	return []command{
		{re(`\.show databases schema as json`), showSchemaJSON},
		{re(`\.show databases \(.*\) schema as json`), showSchemaJSON},
		{re(`\.show database NAME schema as json`), showSchemaJSON},
		{re(`\.show database schema as json`), showSchemaJSON},
		{re(`\.show schema as json`), showSchemaJSON},
		{re(`\.show databases schema`), showSchema},
		{re(`\.show databases \(.*\) schema`), showSchema},
		{re(`\.show database NAME schema`), showSchema},
		{re(`\.show database schema`), showSchema},
		{re(`\.show schema`), showSchema},
		{re(`\.show database (?:NAME )?(?:cslschema|schema as csl script|csl script)`), showCSLSchema},
		{re(`\.show databases entities`), showEntities},
		{re(`\.show databases \(.*\) entities`), showEntities},
		{re(`\.show databases(?: details| identity)?`), showDatabases},
		{re(`\.show database(?: NAME)?(?: details| identity)?`), showDatabases},
		{re(`\.show tables details`), showTablesDetails},
		{re(`\.show tables(?: \(.*\))?`), showTables},
		{re(`\.show table NAME schema as json`), showTableJSON},
		{re(`\.show table NAME cslschema`), showTableCSL},
		{re(`\.show table NAME(?: details)?`), showTables},
		{re(`\.show version`), showVersion},
		{re(`\.show cluster(?: details)?`), showCluster},
		{re(`\.show cluster monitoring`), showMonitoring},
		{re(`\.show materialized-views`), showNothing("Name:string SourceTable:string Query:string MaterializedTo:datetime LastRun:datetime LastRunResult:string IsHealthy:bool IsEnabled:bool Folder:string DocString:string")},
		{re(`\.show external tables`), showNothing("TableName:string TableType:string Folder:string DocString:string Properties:string ConnectionStrings:dynamic Partitions:dynamic PathFormat:string")},
		{re(`\.show (?:cluster|database(?: NAME)?) (?:principals|principal roles)`), showNothing("Role:string PrincipalType:string PrincipalDisplayName:string PrincipalObjectId:string PrincipalFQN:string Notes:string")},
	}
}

var commandList = sync.OnceValue(commands)

func (s *Server) command(w http.ResponseWriter, r *http.Request, who identity, q *kustoRequest, version int) *failure {
	text := strings.TrimSpace(stripComments(q.csl))
	if columns, rows, f, ok := s.functionCommand(r.Context(), who, text); ok {
		if f != nil {
			return f
		}
		return writeCommand(w, q, version, columns, rows)
	}
	if len(text) > 4096 {
		return fail(badRequest, "The command is too long.")
	}
	for _, c := range commandList() {
		m := c.pattern.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		columns, rows, f := c.run(s, r.Context(), m)
		if f != nil {
			return f
		}
		return writeCommand(w, q, version, columns, rows)
	}
	first, _, _ := strings.Cut(text, "\n")
	return fail(badRequest, "The management command '%.100s' is not supported.", first)
}

// writeCommand writes the result of a command in the form of the endpoint.
func writeCommand(w http.ResponseWriter, q *kustoRequest, version int, columns []schema.Column, rows [][]any) *failure {
	if version == 2 {
		return writeV2(w, q, kustoOptions{}, columns, &fixedRows{rows: rows}, visualization(nil))
	}
	writeTableV1(w, columns, rows)
	return nil
}

// fixedRows are rows of a command.
type fixedRows struct {
	rows [][]any
	at   int
}

func (f *fixedRows) Next() bool                   { f.at++; return f.at <= len(f.rows) }
func (f *fixedRows) Values() []any                { return f.rows[f.at-1] }
func (f *fixedRows) wrote(int)                    {}
func (f *fixedRows) end() (*failure, resultStats) { return nil, resultStats{rows: int64(len(f.rows))} }

// clrName is the .NET name that schemas give for a type.
func clrName(t schema.Type) string {
	if t == schema.Decimal {
		return "System.Data.SqlTypes.SqlDecimal"
	}
	return "System." + t.NetName()
}

func (s *Server) schemaTables(ctx context.Context) ([]schema.Table, *failure) {
	tables, err := s.store.Tables(ctx)
	if err != nil {
		return nil, broken(err)
	}
	return tables, nil
}

// folder groups tables in the trees of clients.
func folder(table string) string {
	if strings.HasPrefix(table, "Zeek") {
		return "Zeek"
	}
	return "Defender"
}

func showDatabases(*Server, context.Context, []string) ([]schema.Column, [][]any, *failure) {
	return cols("DatabaseName:string PersistentStorage:string Version:string IsCurrent:bool DatabaseAccessMode:string PrettyName:string DatabaseId:guid InTransitionTo:string SuspensionState:string"),
		[][]any{{Database, "", "v1.0", true, "ReadOnly", "", "00000000-0000-0000-0000-000000000000", "", ""}}, nil
}

func showTables(s *Server, ctx context.Context, m []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	var rows [][]any
	for _, t := range tables {
		if len(m) < 2 || m[1] == t.Name {
			rows = append(rows, []any{t.Name, Database, folder(t.Name), t.Doc})
		}
	}
	if len(m) > 1 && len(rows) == 0 {
		return nil, nil, noTable(m[1])
	}
	return cols("TableName:string DatabaseName:string Folder:string DocString:string"), rows, nil
}

func noTable(name string) *failure {
	return fail(badRequest, "Entity ID '%s' of kind 'Table' was not found.", name)
}

func showTablesDetails(s *Server, ctx context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	var rows [][]any
	for _, t := range tables {
		rows = append(rows, []any{t.Name, Database, folder(t.Name), t.Doc, nil, nil, nil, nil, nil, nil, "", "", "", nil, nil})
	}
	return cols("TableName:string DatabaseName:string Folder:string DocString:string TotalExtents:long TotalExtentSize:real TotalOriginalSize:real TotalRowCount:long HotExtents:long HotExtentSize:real " +
		"AuthorizedPrincipals:string RetentionPolicy:string CachingPolicy:string MinExtentsCreationTime:datetime MaxExtentsCreationTime:datetime"), rows, nil
}

func showSchema(s *Server, ctx context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	rows := [][]any{{Database, "", "", "", false, false, "", "v1.0", "", ""}}
	for _, t := range tables {
		rows = append(rows, []any{Database, t.Name, "", "", false, false, "", "", folder(t.Name), t.Doc})
		for _, c := range t.Columns {
			rows = append(rows, []any{Database, t.Name, c.Name, clrName(c.Type), false, false, "", "", "", c.Doc})
		}
	}
	return cols("DatabaseName:string TableName:string ColumnName:string ColumnType:string IsDefaultTable:bool IsDefaultColumn:bool PrettyName:string Version:string Folder:string DocString:string"), rows, nil
}

type jsonColumn struct {
	Name      string
	Type      string
	CslType   string
	DocString string
}

type jsonTable struct {
	Name           string
	Folder         string
	DocString      string
	DefaultColumn  *string
	OrderedColumns []jsonColumn
}

func tableSchema(t *schema.Table) jsonTable {
	j := jsonTable{Name: t.Name, Folder: folder(t.Name), DocString: t.Doc}
	for _, c := range t.Columns {
		j.OrderedColumns = append(j.OrderedColumns, jsonColumn{c.Name, clrName(c.Type), c.Type.String(), c.Doc})
	}
	return j
}

func showSchemaJSON(s *Server, ctx context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	all := map[string]jsonTable{}
	for i := range tables {
		all[tables[i].Name] = tableSchema(&tables[i])
	}
	none := map[string]any{}
	b, err := json.Marshal(map[string]any{"Databases": map[string]any{Database: map[string]any{
		"Name": Database, "Tables": all, "PrettyName": nil, "MajorVersion": 1, "MinorVersion": 0, "Functions": none,
		"DatabaseAccessMode": "ReadOnly", "ExternalTables": none, "MaterializedViews": none, "EntityGroups": none,
	}}})
	if err != nil {
		return nil, nil, broken(err)
	}
	return cols("DatabaseSchema:string"), [][]any{{string(b)}}, nil
}

func cslColumns(t *schema.Table) string {
	var parts []string
	for _, c := range t.Columns {
		name := c.Name
		if strings.ContainsAny(name, ".- ") {
			name = "['" + name + "']"
		}
		parts = append(parts, name+":"+c.Type.String())
	}
	return strings.Join(parts, ", ")
}

func showCSLSchema(s *Server, ctx context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	var rows [][]any
	for i := range tables {
		rows = append(rows, []any{".create-merge table " + tables[i].Name + " (" + cslColumns(&tables[i]) + ")"})
	}
	return cols("DatabaseSchemaScript:string"), rows, nil
}

func (s *Server) oneTable(ctx context.Context, name string) (*schema.Table, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, f
	}
	for i := range tables {
		if tables[i].Name == name {
			return &tables[i], nil
		}
	}
	return nil, noTable(name)
}

func showTableJSON(s *Server, ctx context.Context, m []string) ([]schema.Column, [][]any, *failure) {
	t, f := s.oneTable(ctx, m[1])
	if f != nil {
		return nil, nil, f
	}
	b, err := json.Marshal(tableSchema(t))
	if err != nil {
		return nil, nil, broken(err)
	}
	return cols("TableName:string Schema:string DatabaseName:string Folder:string DocString:string"), [][]any{{t.Name, string(b), Database, folder(t.Name), t.Doc}}, nil
}

func showTableCSL(s *Server, ctx context.Context, m []string) ([]schema.Column, [][]any, *failure) {
	t, f := s.oneTable(ctx, m[1])
	if f != nil {
		return nil, nil, f
	}
	return cols("TableName:string Schema:string DatabaseName:string Folder:string DocString:string"), [][]any{{t.Name, cslColumns(t), Database, folder(t.Name), t.Doc}}, nil
}

func showEntities(s *Server, ctx context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	tables, f := s.schemaTables(ctx)
	if f != nil {
		return nil, nil, f
	}
	rows := [][]any{{Database, "Database", Database, "", "", "", "", "", ""}}
	for i := range tables {
		t := &tables[i]
		rows = append(rows, []any{Database, "Table", t.Name, t.Doc, folder(t.Name), "", "", cslColumns(t), ""})
	}
	return cols("DatabaseName:string EntityType:string EntityName:string DocString:string Folder:string CslInputSchema:string Content:string CslOutputSchema:string Properties:string"), rows, nil
}

func showVersion(s *Server, _ context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	return cols("BuildVersion:string BuildTime:datetime ServiceType:string ProductVersion:string ServiceOffering:string"),
		[][]any{{s.opt.Version, nil, "Engine", "wirehunt " + s.opt.Version, `{"Type":"wirehunt"}`}}, nil
}

func showCluster(s *Server, _ context.Context, _ []string) ([]schema.Column, [][]any, *failure) {
	return cols("NodeId:string Address:string Name:string StartTime:datetime IsClusterAdmin:bool MachineTotalMemory:long MachineAvailableMemory:long ProcessorCount:int EnvironmentDescription:string"),
		[][]any{{"0", "", "wirehunt", nil, true, nil, nil, nil, ""}}, nil
}

func showMonitoring(*Server, context.Context, []string) ([]schema.Column, [][]any, *failure) {
	return cols("IsHealthy:bool"), [][]any{{true}}, nil
}

func showNothing(columns string) func(*Server, context.Context, []string) ([]schema.Column, [][]any, *failure) {
	return func(*Server, context.Context, []string) ([]schema.Column, [][]any, *failure) {
		return cols(columns), nil, nil
	}
}
