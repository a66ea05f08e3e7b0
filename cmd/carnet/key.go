package main

import (
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
)

type keyCommand struct {
	Create keyCreate `cmd:"" help:"Make an API key and show it, this once."`
	List   keyList   `cmd:"" help:"List all API keys, without their secrets."`
	Rotate keyRotate `cmd:"" help:"Replace an API key: make another like it, and end the old one a while later."`
	Revoke keyRevoke `cmd:"" help:"End an API key for good."`
	Log    keyLog    `cmd:"" help:"Show who made and ended API keys, newest first."`
}

// keyRecord is a key as it is printed. Times are null for never.
type keyRecord struct {
	ID         int64    `json:"id"`
	SpaceID    int64    `json:"space_id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  string   `json:"created_at"`
	ExpiresAt  *string  `json:"expires_at"`
	RevokedAt  *string  `json:"revoked_at"`
	LastUsedAt *string  `json:"last_used_at"`  // to the hour
	Key        string   `json:"key,omitempty"` // the secret, only when it is made

	texts [3]string // the last three times for a table
}

func recordKey(k access.APIKey) keyRecord {
	expires, revoked, used := moment(k.Expires), moment(k.Revoked), moment(k.LastUsed)
	return keyRecord{
		ID: k.ID, SpaceID: int64(k.Space), Name: k.Name, Scopes: strings.Split(k.Scopes.String(), ","),
		CreatedAt: moment(k.Created), ExpiresAt: orNull(expires), RevokedAt: orNull(revoked), LastUsedAt: orNull(used),
		texts: [3]string{dash(expires), dash(revoked), dash(used)},
	}
}

var keyHead = []string{"ID", "SPACE", "NAME", "SCOPES", "CREATED", "EXPIRES", "REVOKED", "LAST USED"}

func (k keyRecord) row() []string {
	return append([]string{strconv.FormatInt(k.ID, 10), strconv.FormatInt(k.SpaceID, 10), k.Name,
		strings.Join(k.Scopes, ","), k.CreatedAt}, k.texts[:]...)
}
