// Package tables says once what both databases keep, table by table, and carries it
// from one to another, row by row. It knows no database: each gives its rows in the
// words of this description, whatever it calls them itself.
package tables

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a column holds.
type Kind int

// The kinds. A row holds an int64 in a Number, a []byte in Bytes, and else a string.
const (
	Number Kind = iota
	Code        // a text that may be told: an id, or a word of ours
	Text
	Bytes
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
	Null bool // it may hold nothing: nil in a row
}

// Table is a table, as it is carried: rows are given and taken in the order of its key.
type Table struct {
	Name    string
	Key     []string // of its columns: no two rows have the same
	Columns []Column
}

// Row holds a value for each column of a table, in their order.
type Row []any

// All are the tables, each after those that it refers to. What is not here is either
// of one database alone, and of no use to another (the windows of limits, which
// migrations were done), or it is in Numbers.
var All = []*Table{
	{"installation", []string{"only_row"}, join(of(Number, "only_row"), of(Bytes, "secret"))},
	{"spaces", []string{"space_id"}, of(Number, "space_id", "next_id", "block_end", "next_seq", "last_at", "bytes", "minute_at", "minute_bytes")},
	{"space_settings", []string{"space_id"}, join(of(Number, "space_id", "quota_bytes", "quota_minute", "created_at", "rekeying", "rekey_at", "bin_days", "filterable"),
		of(Text, "name", "timezone", "region", "subscription", "limits", "labels", "rekey_from"), of(Bytes, "erased_secret"))},
	{"api_keys", []string{"key_id"}, join(of(Number, "key_id", "space_id", "created_at", "expires_at", "revoked_at", "last_used_at", "max_removals", "daily_removals", "daily_writes"),
		of(Text, "name", "scopes"), of(Bytes, "hash"))},
	{"key_usage", []string{"space_id", "key_id"}, of(Number, "space_id", "key_id", "since", "removals", "writes")},
	{"sessions", []string{"hash"}, join(of(Bytes, "hash"), of(Number, "link", "key_id", "space_id", "created_at", "expires_at"), of(Text, "name"))},
	{"registry_log", []string{"entry_id"}, join(of(Number, "entry_id", "space_id", "key_id", "at"), of(Text, "key_name", "who", "action", "edits"))},
	{"contacts", []string{"id"}, join(of(Number, "id", "space_id", "version", "state", "parent_id", "created_at", "head_seq", "depth", "checksum"), of(Text, "doc", "origins"))},
	{"changes", []string{"space_id", "seq"}, join(of(Number, "space_id", "seq", "op_seq", "contact_id", "ref", "version", "prev_seq", "at", "undoes", "checksum"),
		of(Text, "action", "actor", "reason", "request_id", "batch_id", "edits"), orNull(of(Text, "snapshot")))},
	{"aliases", []string{"space_id", "id"}, of(Number, "space_id", "id", "canonical_id")},
	{"match_keys", []string{"space_id", "kind", "key", "id"}, join(of(Number, "space_id", "kind"), of(Text, "key"), of(Number, "id"))},
	{"search_marks", []string{"space_id"}, join(of(Number, "space_id", "seq"), of(Text, "region"), of(Number, "turn", "slots"))},
	{"search_keys", []string{"space_id", "kind", "key", "id"}, join(of(Number, "space_id", "kind"), of(Text, "key"), of(Number, "id"))},
	{"searched", []string{"space_id", "id"}, join(of(Number, "space_id", "id"), of(Text, "keys"))},
	{"distinct_pairs", []string{"space_id", "a", "b"}, of(Number, "space_id", "a", "b")},
	{"retries", []string{"space_id", "key"}, join(of(Number, "space_id", "at", "checksum"), of(Text, "key", "request_id", "answer"), of(Bytes, "fingerprint"))},
	{"plans", []string{"space_id", "plan_id"}, join(of(Number, "space_id"), of(Code, "plan_id"), of(Number, "created_at", "ends_at", "weight", "checksum"), of(Text, "state", "doc"))},
	{"plan_rows", []string{"space_id", "plan_id", "n"}, join(of(Number, "space_id"), of(Code, "plan_id"), of(Number, "n", "checksum"),
		of(Text, "outcome", "result", "operation"), orNull(of(Text, "decided", "done")))},
	{"plan_contacts", []string{"space_id", "plan_id", "contact_id", "n"}, join(of(Number, "space_id"), of(Code, "plan_id"), of(Number, "contact_id", "n"))},
	{"files", []string{"space_id", "file_id"}, join(of(Number, "space_id"), of(Code, "file_id"), of(Number, "created_at", "ends_at", "weight", "checksum"), of(Text, "kind", "state", "doc"))},
	{"file_chunks", []string{"space_id", "file_id", "n"}, join(of(Number, "space_id"), of(Code, "file_id"), of(Number, "n", "checksum"), of(Bytes, "data"))},
	{"jobs", []string{"job_id"}, join(of(Number, "job_id", "space_id", "key_id", "done", "total", "created_at", "completed_at", "due_at"), of(Text, "kind", "state", "about", "cursor", "message"))},
	{"erasures", []string{"space_id", "contact_id"}, of(Number, "space_id", "contact_id", "at", "op_seq", "job_id", "scrubbed_at")},
	{"erased_keys", []string{"space_id", "hash"}, join(of(Number, "space_id", "day"), of(Bytes, "hash"))},
	Numbers,
}

// Numbers is how far the numbers are that the installation gives, as a table: the next
// one of each kind. Each database keeps them in its own way. It comes last, so that
// nothing that is taken after it counts on.
var Numbers = &Table{"numbers", []string{"kind"}, join(of(Code, "kind"), of(Number, "next"))}

// Kinds are those of Numbers.
var Kinds = []string{"contact", "entry", "job", "key", "space"}

func of(kind Kind, names ...string) (list []Column) {
	for _, name := range names {
		list = append(list, Column{Name: name, Kind: kind})
	}
	return list
}

func orNull(list []Column) []Column {
	for i := range list {
		list[i].Null = true
	}
	return list
}

func join(lists ...[]Column) []Column { return slices.Concat(lists...) }

// Names gives the names of the columns.
func (t *Table) Names() (names []string) {
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

// column gives the place of a column.
func (t *Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// named says which row it is, by what of its key may be told.
func (t *Table) named(r Row) string {
	var parts []string
	for _, name := range t.Key {
		if i := t.column(name); t.Columns[i].Kind == Number || t.Columns[i].Kind == Code {
			parts = append(parts, fmt.Sprint(name, " ", r[i]))
		}
	}
	return strings.Join(parts, ", ")
}
