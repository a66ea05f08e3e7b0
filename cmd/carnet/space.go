package main

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
)

type spaceCommand struct {
	Create  spaceCreate  `cmd:"" help:"Make a Space."`
	List    spaceList    `cmd:"" help:"List all Spaces."`
	Set     spaceSet     `cmd:"" help:"Change the settings of a Space."`
	Reindex spaceReindex `cmd:"" help:"Have the index of searches and filters made anew."`
	Log     spaceLog     `cmd:"" help:"Show who made and changed Spaces, newest first."`
}

// spaceRecord is a Space as it is printed.
type spaceRecord struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	TimeZone     string         `json:"timezone"`
	Region       string         `json:"region"` // "" for none
	Subscription string         `json:"subscription"`
	Limits       jsontext.Value `json:"limits"`          // by bucket, requests a minute
	Bytes        int64          `json:"bytes"`           // what it keeps
	QuotaBytes   int64          `json:"quota_bytes"`     // of that; 0 for none
	QuotaMinute  int64          `json:"quota_minute"`    // of history a minute; 0 for none
	BinDays      int            `json:"bin_days"`        // after which what was deleted is erased; 0 for never
	Remembers    bool           `json:"remember_erased"` // keyed hashes of who is erased
	CreatedAt    string         `json:"created_at"`

	limits access.Limits
}

func recordSpace(s access.Space, u access.Usage) spaceRecord {
	return spaceRecord{
		ID: int64(s.ID), Name: s.Name, TimeZone: s.TimeZone, Region: s.Region, Subscription: string(s.Subscription),
		Limits: jsontext.Value(access.EncodeLimits(s.Limits)), Bytes: u.Bytes, QuotaBytes: s.Quota.Bytes, QuotaMinute: s.Quota.Minute,
		BinDays: s.BinDays, Remembers: s.Remember.On(), CreatedAt: moment(s.Created), limits: s.Limits,
	}
}

// showSpace prints a Space as it is after a command.
func showSpace(in *surroundings, f format, b *book.Book, s access.Space) error {
	usages, err := b.Usages(in.ctx)
	if err != nil {
		return err
	}
	r := recordSpace(s, usages[s.ID])
	return show(in, f, r, spaceHead, r)
}

var spaceHead = []string{"ID", "NAME", "TIMEZONE", "REGION", "SUBSCRIPTION", "LIMITS A MINUTE", "KEEPS", "QUOTA A MINUTE", "CREATED"}

func (s spaceRecord) row() []string {
	// As --limit takes them.
	var limits []string
	for _, b := range access.Buckets {
		limits = append(limits, string(b)+"="+strconv.Itoa(s.limits.Get(b)))
	}
	return []string{strconv.FormatInt(s.ID, 10), s.Name, s.TimeZone, dash(s.Region), s.Subscription,
		strings.Join(limits, " "), s.keeps(), dash(roughly(s.QuotaMinute)), s.CreatedAt}
}

// keeps says how full a Space is, where there is an end to it.
func (s spaceRecord) keeps() string {
	kept := roughly(s.Bytes)
	if kept == "" {
		kept = "0 B"
	}
	if s.QuotaBytes == 0 {
		return kept
	}
	return kept + " of " + roughly(s.QuotaBytes)
}
