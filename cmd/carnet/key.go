package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

type keyCommand struct {
	Create keyCreate `cmd:"" help:"Make an API key and show it, this once."`
	List   keyList   `cmd:"" help:"List all API keys, without their secrets."`
	Set    keySet    `cmd:"" help:"Change how much an API key may take away and change."`
	Rotate keyRotate `cmd:"" help:"Replace an API key: make another like it, and end the old one a while later."`
	Revoke keyRevoke `cmd:"" help:"End an API key for good."`
	Link   keyLink   `cmd:"" help:"Make a link that signs in once to the contact book in a browser, with an API key."`
	Log    keyLog    `cmd:"" help:"Show who made and ended API keys, newest first."`
}

// keyRecord is a key as it is printed. Times are null for never, limits for none.
type keyRecord struct {
	ID         int64    `json:"id"`
	SpaceID    int64    `json:"space_id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  string   `json:"created_at"`
	ExpiresAt  *string  `json:"expires_at"`
	RevokedAt  *string  `json:"revoked_at"`
	LastUsedAt *string  `json:"last_used_at"` // to the hour

	MaxRemovals   *int64 `json:"max_removals"` // of one write
	DailyRemovals *int64 `json:"daily_removals"`
	DailyWrites   *int64 `json:"daily_writes"`

	Key string `json:"key,omitempty"` // the secret, only when it is made

	texts  [3]string // the last three times for a table
	budget string    // likewise, "" for none
}

func recordKey(k access.APIKey) keyRecord {
	expires, revoked, used := moment(k.Expires), moment(k.Revoked), moment(k.LastUsed)
	return keyRecord{
		ID: k.ID, SpaceID: int64(k.Space), Name: k.Name, Scopes: strings.Split(k.Scopes.String(), ","),
		CreatedAt: moment(k.Created), ExpiresAt: orNull(expires), RevokedAt: orNull(revoked), LastUsedAt: orNull(used),
		MaxRemovals: limitOrNull(k.Budget.MaxRemovals), DailyRemovals: limitOrNull(k.Budget.DailyRemovals), DailyWrites: limitOrNull(k.Budget.DailyWrites),
		texts: [3]string{dash(expires) + soon(k, time.Now()), dash(revoked), dash(used)}, budget: k.Budget.String(),
	}
}

// soon marks a key that ends within two weeks, "" for any other.
func soon(k access.APIKey, now time.Time) string {
	if !k.EndsSoon(contact.TimeOf(now)) {
		return ""
	}
	switch days := int(k.Expires.Std().Sub(now) / (24 * time.Hour)); days {
	case 0:
		return " (within a day)"
	case 1:
		return " (in 1 day)"
	default:
		return fmt.Sprintf(" (in %d days)", days)
	}
}

func limitOrNull(c access.Cap) *int64 {
	if n, ok := c.Get(); ok {
		return &n
	}
	return nil
}

// showKeys prints value as JSON, or records as CSV or as a table, which tells of
// budgets where one of them has one.
func showKeys(in *surroundings, f format, value any, records ...keyRecord) error {
	if !slices.ContainsFunc(records, func(k keyRecord) bool { return k.budget != "" }) {
		return show(in, f, value, keyHead, records...)
	}
	if !f.table() {
		return show(in, f, value, nil, records...)
	}
	rows := make([][]string, len(records))
	for i, k := range records {
		rows[i] = append(k.row(), dash(k.budget))
	}
	return showTable(in.stdout, append(slices.Clone(keyHead), "BUDGET"), rows)
}

var keyHead = []string{"ID", "SPACE", "NAME", "SCOPES", "CREATED", "EXPIRES", "REVOKED", "LAST USED"}

func (k keyRecord) row() []string {
	return append([]string{strconv.FormatInt(k.ID, 10), strconv.FormatInt(k.SpaceID, 10), k.Name,
		strings.Join(k.Scopes, ","), k.CreatedAt}, k.texts[:]...)
}
