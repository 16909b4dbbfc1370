package funcs

// missing are the functions of Kusto that are not here yet, from the lists of
// https://learn.microsoft.com/kusto/query/scalar-functions and
// https://learn.microsoft.com/kusto/query/aggregation-functions.
const missing = `
bin_auto current_cursor current_node_id current_principal_details current_principal_is_member_of cursor_after cursor_before_or_at
cursor_current datetime_list_timezones entity_group estimate_data_size extentid graph hll_isvalid inner_nodes iscolumnexists labels
materialized_view node_degree_in node_degree_out node_id passthrough row_id row_rank rowstore_ordinal_range stored_query_result
tdigest_isvalid
`
