package funcs

import "strings"

// missing are the functions of Kusto that are not here, by why, from the lists
// of https://learn.microsoft.com/kusto/query/scalar-functions and
// https://learn.microsoft.com/kusto/query/aggregation-functions.
var missing = [...]struct{ names, why string }{
	{"all graph inner_nodes labels map node_degree_in node_degree_out node_id", "operators on graphs are not there yet"},
	{"current_cursor cursor_after cursor_before_or_at cursor_current", "there are no ingestion cursors here; use Timestamp"},
	{"extent_range row_id rowstore_ordinal_range current_node_id", "there are no extents and nodes here"},
	{"current_principal_details current_principal_is_member_of", "there is no directory of users here"},
	{"external_table materialized_view stored_query_result entity_group", "this database has tables and functions only"},
	{"row_rank", "use row_rank_dense() or row_rank_min()"},
	{"hll_isvalid tdigest_isvalid passthrough", "it is internal to Kusto"},
	{"datetime_list_timezones", "the zones are those of the IANA database"},
}

// whyMissing returns why a function of Kusto is not here; false for what is no
// function of Kusto.
func whyMissing(name string) (string, bool) {
	for _, m := range missing {
		for n := range strings.FieldsSeq(m.names) {
			if n == name {
				return m.why, true
			}
		}
	}
	return "", false
}
