package access

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Subscription says whether a Space may be used. Whatever is not Active is
// refused with 403, the zero Subscription included (CONTRACT S8).
type Subscription string

// The states of a subscription.
const (
	Active   Subscription = "active"
	Inactive Subscription = "inactive"
)

// DefaultTimeZone is for a Space that is made without naming one.
const DefaultTimeZone = "UTC"

// MaxName is how many code points the name of a Space or a key may have.
const MaxName = 100

// Space is a tenant and its settings.
type Space struct {
	ID           contact.SpaceID
	Name         string       // for people; 1 to MaxName code points
	TimeZone     string       // an IANA name; the days of lists are days there (CONTRACT P4, P5)
	Region       string       // two letters: the country of phones typed without one; "" for none (CONTRACT D10)
	Subscription Subscription // by Active or Inactive
	Limits       Limits
	Quota        Quota
	Labels       contact.Labels // of custom fields
	Created      contact.Time
	Rekeying     Rekeying             // from another region, where that is under way
	BinDays      int                  // after how many days what was deleted is erased for good; 0 for never, to MaxBinDays
	Filterable   contact.Slots        // custom fields by which contacts are found at once, with an index
	Remember     contact.ErasedSecret // keeps keyed hashes of who is erased, made with it; zero for none
}

// MaxBinDays is the greatest figure of BinDays: ten years.
const MaxBinDays = 3650

// Check gives an Invalid error of all that is wrong with the settings, or nil.
// It does not look at ID and Created, which the store gives.
func (s Space) Check() error {
	var bad problems
	bad.checkName(s.Name)
	if !validTimeZone(s.TimeZone) {
		bad.add("timezone", fault.CodeTimezoneInvalid, "The time zone must be an IANA name, as in Europe/London or UTC.")
	}
	if s.Region != "" && !contact.ValidRegion(s.Region) {
		bad.add("region", fault.CodeRegionInvalid, "The region must be the two capital letters of a country, as in GB, or empty.")
	}
	if s.Subscription != Active && s.Subscription != Inactive {
		bad.add("subscription", fault.CodeSubscriptionInvalid, "The subscription must be active or inactive.")
	}
	for _, b := range Buckets {
		if !validFigure(s.Limits.Get(b)) {
			bad.add("limits."+string(b), fault.CodeLimitInvalid, "The limit of "+string(b)+" "+figureMessage)
		}
	}
	if !s.Quota.valid() {
		bad.add("quota", fault.CodeQuotaInvalid, "A quota must be from 0 to 1 PiB; 0 means no limit.")
	}
	if s.BinDays < 0 || s.BinDays > MaxBinDays {
		bad.add("bin_days", fault.CodeBinDaysInvalid, "What is deleted can be erased after 1 to 3650 days; 0 means never.")
	}
	return fault.Problems(bad)
}

// CheckAdmin refuses, of a change that made next of s, what the keys of a Space may
// not set whatever their scopes: how much it may use of the server, and whether it is
// in use, are for whoever runs that.
func (s Space) CheckAdmin(next Space) error {
	if s.ID != next.ID || s.Created != next.Created || s.Limits != next.Limits || s.Quota != next.Quota || s.Subscription != next.Subscription {
		return fault.New(fault.Forbidden, fault.CodeOperatorAlone,
			"The limits, the quotas and the subscription of a Space are set by whoever runs the server, with `carnet space set`.")
	}
	return nil
}

// zoneName has the form of the names in the IANA database. It keeps out what
// time.LoadLocation would find besides: "", "./UTC", "posix/UTC", "right/UTC"
// (which counts leap seconds), "localtime".
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$`)

func validTimeZone(name string) bool {
	if name == "Local" || !zoneName.MatchString(name) {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// problems collects all that is wrong with one thing.
type problems []fault.Problem

func (p *problems) add(path string, code fault.Code, message string) {
	*p = append(*p, fault.Problem{Path: path, Code: code, Message: message})
}

// checkName holds the name of a Space or a key to one line of text that hides
// nothing: history says by it who did what.
func (p *problems) checkName(name string) {
	if n := utf8.RuneCountInString(name); n < 1 || n > MaxName {
		p.add("name", fault.CodeNameLength, "The name must have 1 to 100 characters.")
	}
	if strings.TrimSpace(name) != name {
		p.add("name", fault.CodeNameUntrimmed, "The name must not begin or end with a space.")
	}
	if flaw := contact.CheckLine("name", name); flaw != nil {
		p.add("name", fault.CodeNameCharacters, flaw.Message)
	}
}
