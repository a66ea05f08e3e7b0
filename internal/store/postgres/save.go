package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Save writes the changes of one Space, a statement for each thing that is done to
// a table, in one round trip. COMMIT does not travel along, because whether every row was as it was
// loaded is known only from the answers.
func (t *tx) Save(ctx context.Context, s *store.Save) error {
	space, err := spaceOf(s)
	if err != nil {
		return err
	}
	var fresh, old []store.ContactSave
	for i := range s.Contacts {
		if s.Contacts[i].Loaded == 0 {
			fresh = append(fresh, s.Contacts[i])
		} else {
			old = append(old, s.Contacts[i])
		}
	}
	q := t.statements()
	if len(old) > 0 {
		args := append(contactArgs(space, old), column(old, func(c *store.ContactSave) int64 { return int64(c.Loaded) }))
		q.Queue(updateContacts, args...).Exec(exactly(len(old)))
	}
	if len(fresh) > 0 {
		q.Queue(insertContacts, contactArgs(space, fresh)...)
	}
	for i := range s.Redirects {
		queueRedirect(q, &s.Redirects[i])
	}
	if len(s.Changes) > 0 {
		q.Queue(insertChanges, changeArgs(space, s.Changes)...)
	}
	queueErasures(q, space, s)
	if len(s.RetriesGone) > 0 {
		q.Queue(deleteRetries, int64(space), column(s.RetriesGone, func(id *store.RetryID) string { return id.Key }))
	}
	if len(s.Retries) > 0 {
		q.Queue(insertRetries, retryArgs(space, s.Retries)...)
	}
	queueKeys(q, space, s.KeysGone, s.KeysCome)
	queuePairs(q, space, s.PairsGone, s.PairsCome)
	queueSpent(q, space, s.Spent)
	for i := range s.Plans {
		queuePlan(q, &s.Plans[i])
	}
	for i := range s.Files {
		queueFile(q, &s.Files[i])
	}
	if s.Anew != nil {
		queueAnew(q, s.Anew)
	}
	for _, sp := range s.Spaces {
		q.Queue(updateSpace, int64(space), int64(sp.NextID), int64(sp.BlockEnd), int64(sp.NextSeq), int64(sp.LastAt),
			sp.Usage.Bytes, int64(sp.Usage.Since), sp.Usage.Minute).Exec(exactly(1))
	}
	return t.send(ctx, "save", q)
}

// spaceOf gives the one Space that a batch is of, since each has its own lane.
func spaceOf(s *store.Save) (contact.SpaceID, error) {
	spaces := map[contact.SpaceID]bool{}
	for i := range s.Spaces {
		spaces[s.Spaces[i].Space] = true
	}
	for i := range s.Contacts {
		spaces[s.Contacts[i].Row.Space] = true
	}
	for i := range s.Redirects {
		spaces[s.Redirects[i].Space] = true
	}
	for i := range s.Changes {
		spaces[s.Changes[i].Space] = true
	}
	for i := range s.Rewritten {
		spaces[s.Rewritten[i].Row.Space] = true
	}
	for i := range s.Erasures {
		spaces[s.Erasures[i].Space] = true
	}
	for i := range s.Remembered {
		spaces[s.Remembered[i].Space] = true
	}
	for i := range s.Retries {
		spaces[s.Retries[i].Space] = true
	}
	for i := range s.RetriesGone {
		spaces[s.RetriesGone[i].Space] = true
	}
	for _, keys := range [][]record.MatchKey{s.KeysGone, s.KeysCome} {
		for i := range keys {
			spaces[keys[i].Space] = true
		}
	}
	for _, pairs := range [][]record.Pair{s.PairsGone, s.PairsCome} {
		for i := range pairs {
			spaces[pairs[i].Space] = true
		}
	}
	for i := range s.Spent {
		spaces[s.Spent[i].Space] = true
	}
	for i := range s.Plans {
		spaces[s.Plans[i].Plan.Space] = true
	}
	for i := range s.Files {
		spaces[s.Files[i].File.Space] = true
	}
	if s.Anew != nil {
		for i := range s.Anew.Aliases {
			spaces[s.Anew.Aliases[i].Space] = true
		}
		for i := range s.Anew.PlanContacts {
			spaces[s.Anew.PlanContacts[i].Space] = true
		}
	}
	if len(spaces) > 1 {
		return 0, errors.New("postgres: a batch must be of one Space, because each has a lane of its own")
	}
	for space := range spaces {
		return space, nil
	}
	return 0, nil
}

// exactly makes it a conflict where a statement did not find all its rows.
func exactly(n int) func(pgconn.CommandTag) error {
	return func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != int64(n) {
			return fmt.Errorf("%w: %d of %d rows are as they were loaded", store.ErrConflict, tag.RowsAffected(), n)
		}
		return nil
	}
}

func queueKeys(q *pgx.Batch, space contact.SpaceID, gone, come []record.MatchKey) {
	if len(gone) > 0 {
		q.Queue(deleteKeys, keyArgs(space, gone)...)
	}
	if len(come) > 0 {
		q.Queue(insertKeys, keyArgs(space, come)...)
	}
}

// column gives one value of each row, as the statements take them.
func column[Row, V any](rows []Row, value func(*Row) V) []V {
	list := make([]V, len(rows))
	for i := range rows {
		list[i] = value(&rows[i])
	}
	return list
}

// contactArgs are the Space and the contactColumns.
func contactArgs(space contact.SpaceID, rows []store.ContactSave) []any {
	numbers := func(value func(*record.Contact) int64) []int64 {
		return column(rows, func(c *store.ContactSave) int64 { return value(&c.Row) })
	}
	return []any{
		int64(space),
		numbers(func(r *record.Contact) int64 { return int64(r.ID) }),
		numbers(func(r *record.Contact) int64 { return int64(r.Version) }),
		numbers(func(r *record.Contact) int64 { return int64(r.State) }),
		numbers(func(r *record.Contact) int64 { return int64(r.Parent) }),
		numbers(func(r *record.Contact) int64 { return int64(r.Created) }),
		numbers(func(r *record.Contact) int64 { return int64(r.Head) }),
		numbers(func(r *record.Contact) int64 { return r.Depth }),
		numbers(func(r *record.Contact) int64 { return int64(r.Sum) }),
		column(rows, func(c *store.ContactSave) string { return string(c.Row.Doc) }),
		column(rows, func(c *store.ContactSave) string { return string(c.Row.Origins) }),
	}
}

// changeArgs are the Space and the changeColumns.
func changeArgs(space contact.SpaceID, rows []record.Change) []any {
	return []any{
		int64(space),
		column(rows, func(r *record.Change) int64 { return int64(r.Seq) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Op) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Contact) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Ref) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Version) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Prev) }),
		column(rows, func(r *record.Change) int64 { return int64(r.At) }),
		column(rows, func(r *record.Change) string { return string(r.Action) }),
		column(rows, func(r *record.Change) string { return string(r.Actor) }),
		column(rows, func(r *record.Change) string { return r.Reason }),
		column(rows, func(r *record.Change) string { return r.RequestID }),
		column(rows, func(r *record.Change) string { return r.BatchID }),
		column(rows, func(r *record.Change) int64 { return int64(r.Undoes) }),
		column(rows, func(r *record.Change) int64 { return int64(r.Sum) }),
		column(rows, func(r *record.Change) string { return string(r.Edits) }),
		column(rows, func(r *record.Change) *string { return textOrNull(r.Snapshot) }),
	}
}

// textOrNull gives NULL for nil.
func textOrNull(b []byte) *string {
	if b == nil {
		return nil
	}
	text := string(b)
	return &text
}

// retryArgs are the Space and the columns that insertRetries names.
func retryArgs(space contact.SpaceID, rows []record.Retry) []any {
	return []any{
		int64(space),
		column(rows, func(r *record.Retry) string { return r.Key }),
		column(rows, func(r *record.Retry) []byte { return r.Fingerprint }),
		column(rows, func(r *record.Retry) string { return r.RequestID }),
		column(rows, func(r *record.Retry) int64 { return int64(r.At) }),
		column(rows, func(r *record.Retry) int64 { return int64(r.Sum) }),
		column(rows, func(r *record.Retry) string { return string(r.Answer) }),
	}
}

// keyArgs are the Space, kinds, keys and ids.
func keyArgs(space contact.SpaceID, rows []record.MatchKey) []any {
	return []any{
		int64(space),
		column(rows, func(k *record.MatchKey) int64 { return int64(k.Kind) }),
		column(rows, func(k *record.MatchKey) string { return k.Text }),
		column(rows, func(k *record.MatchKey) int64 { return int64(k.ID) }),
	}
}

func queueRedirect(q *pgx.Batch, r *store.Redirect) {
	if r.From != 0 {
		q.Queue(moveAliases, int64(r.Space), int64(r.From), int64(r.To))
		q.Queue(insertAlias, int64(r.Space), int64(r.From), int64(r.To))
		return
	}
	ids := make([]int64, len(r.IDs))
	for i, id := range r.IDs {
		ids[i] = int64(id)
	}
	q.Queue(deleteAlias, int64(r.Space), int64(r.To))
	q.Queue(placeAliases, int64(r.Space), ids, int64(r.To))
}
