// Package rows is the work that a PUT costs in SQL: the statements that Carnet
// runs for it, on Carnet's own schema and a copy of its own seeded file. The
// naive server and the ceiling of the raw driver run it; what they leave out
// (rules, origins, snapshots) is in their favour.
package rows

import (
	"strconv"

	"github.com/carnet-project/carnet/bench/people"
)

// The statements of a PUT that changes a contact of one Space.
const (
	SelectContact = `SELECT version, head_seq, depth, checksum, doc, origins FROM contacts WHERE id = ?1 AND space_id = ?2`
	UpdateContact = `UPDATE contacts SET version = ?2, head_seq = ?3, depth = ?4, doc = ?5, origins = ?6 WHERE id = ?1 AND space_id = ?7`
	InsertChange  = `INSERT INTO changes (change_key, op_seq, contact_id, version, prev_seq, checksum, at, action, actor, reason, request_id, edits, ref, batch_id, undoes)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'put', ?8, '', ?9, ?10, 0, '', 0)`
	DeleteKey   = `DELETE FROM match_keys WHERE space_id = ?1 AND kind = ?2 AND key = ?3 AND id = ?4`
	InsertKey   = `INSERT INTO match_keys (space_id, kind, key, id) VALUES (?1, ?2, ?3, ?4)`
	SelectSpace = `SELECT next_seq FROM spaces WHERE space_id = ?1`
	UpdateSpace = `UPDATE spaces SET next_seq = ?2, last_at = ?3 WHERE space_id = ?1`
)

// Actor stands for who made a change.
const Actor = `{"key_id":1,"key_name":"bench"}`

// Kinds of match keys.
const (
	Email = 0
	Phone = 1
)

// ChangeKey gives the key of a change, as the schema has it.
func ChangeKey(space, seq int64) int64 { return space<<40 | seq }

// AppendKey appends what a phone number or an email is compared by, near
// enough: lower case, without spaces and dashes.
func AppendKey(b []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' || c == '-':
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	return b
}

// AppendOrigins appends a text of the length and the kind that Carnet keeps
// beside a contact which one PUT has changed.
func AppendOrigins(b []byte, id, first, seq int64) []byte {
	b = append(b, `{"from":[`...)
	for k, s := range []int64{first, seq} {
		if k > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '['), id, 10)
		b = strconv.AppendInt(append(b, ','), s, 10)
		b = append(b, ']')
	}
	return append(b, `],"emails":[1,0],"phones":[0],"names":[0],"locations":[0],"fields":{"1":1,"2":1,"3":1,"4":1,"5":0,"6":0,"7":0,"8":0,"16":1,"17":0,"26":1,"27":0}}`...)
}

// AppendEdits appends what the history holds of the step from n-1 to n of
// contact i: what changed, before and after.
func AppendEdits(b []byte, id, seq int64, i, n int) []byte {
	origin := func(b []byte) []byte {
		b = strconv.AppendInt(append(b, `,[`...), id, 10)
		b = strconv.AppendInt(append(b, ','), seq, 10)
		return append(b, ']')
	}
	b = append(b, '{')
	if n%2 == 0 {
		name, value := `"emails"`, people.AppendEmail
		if n%4 == 0 {
			name, value = `"phones"`, people.AppendPhone
		}
		b = append(append(b, name...), `:{"before":[["`...)
		b = append(origin(append(value(b, i, n-1), '"')), `]],"after":["`...)
		b = append(value(b, i, n), `"]},`...)
	}
	b = append(b, `"fields":{`...)
	for k, slot := range people.Changing {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendInt(append(b, '"'), int64(slot), 10), `":[["`...)
		b = append(origin(append(people.AppendField(b, slot, i, n-1), '"')), `],"`...)
		b = append(people.AppendField(b, slot, i, n), `"]`...)
	}
	return append(b, "}}"...)
}
