package main

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/access"
)

type spaceCommand struct {
	Create spaceCreate `cmd:"" help:"Make a Space."`
	List   spaceList   `cmd:"" help:"List all Spaces."`
	Set    spaceSet    `cmd:"" help:"Change the settings of a Space."`
	Log    spaceLog    `cmd:"" help:"Show who made and changed Spaces, newest first."`
}

// spaceRecord is a Space as it is printed.
type spaceRecord struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	TimeZone     string         `json:"timezone"`
	Region       string         `json:"region"` // "" for none
	Subscription string         `json:"subscription"`
	Limits       jsontext.Value `json:"limits"` // by bucket, requests a minute
	CreatedAt    string         `json:"created_at"`

	limits access.Limits
}

func recordSpace(s access.Space) spaceRecord {
	return spaceRecord{
		ID: int64(s.ID), Name: s.Name, TimeZone: s.TimeZone, Region: s.Region, Subscription: string(s.Subscription),
		Limits: jsontext.Value(access.EncodeLimits(s.Limits)), CreatedAt: moment(s.Created), limits: s.Limits,
	}
}

var spaceHead = []string{"ID", "NAME", "TIMEZONE", "REGION", "SUBSCRIPTION", "LIMITS A MINUTE", "CREATED"}

func (s spaceRecord) row() []string {
	// As --limit takes them.
	var limits []string
	for _, b := range access.Buckets {
		limits = append(limits, string(b)+"="+strconv.Itoa(s.limits.Get(b)))
	}
	return []string{strconv.FormatInt(s.ID, 10), s.Name, s.TimeZone, dash(s.Region), s.Subscription,
		strings.Join(limits, " "), s.CreatedAt}
}
