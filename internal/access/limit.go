package access

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/fault"
)

// Bucket is a kind of request that has a limit of its own (CONTRACT D18).
type Bucket string

// The buckets.
const (
	Update Bucket = "update" // every write to one contact
	Create Bucket = "create"
	Get    Bucket = "get"   // reads of one contact
	List   Bucket = "list"  // lists and feeds
	Batch  Bucket = "batch" // calls, each with its own many operations
	UI     Bucket = "ui"    // all that the contact book in the browser asks for
)

// NumBuckets is how many buckets there are.
const NumBuckets = 6

// Buckets lists them all, in the order in which they are shown.
var Buckets = [NumBuckets]Bucket{Update, Create, Get, List, Batch, UI}

// defaults are requests a minute, in the order of Buckets (CONTRACT P1, D18).
var defaults = [NumBuckets]int{60, 60, 30, 15, 10, 600}

// MaxLimit is the greatest figure that a limit may have, in requests a minute.
const MaxLimit = 1_000_000

// BucketOf finds a bucket by its name, which must match exactly.
func BucketOf(name string) (Bucket, bool) {
	b := Bucket(name)
	if !slices.Contains(Buckets[:], b) {
		return "", false
	}
	return b, true
}

// index gives the bucket's place in Buckets. A bucket that BucketOf does not
// know is a defect of the caller, and what uses its index panics.
func (b Bucket) index() int { return slices.Index(Buckets[:], b) }

// Default gives the figure that a Space has unless it is set, in requests a
// minute.
func (b Bucket) Default() int { return defaults[b.index()] }

// Limits are the figures of a Space, one a bucket, in requests a minute; 0 is
// no limit. The zero Limits has the default figures: a Space whose limits were
// forgotten must not be one without limits. Limits are compared with ==.
type Limits struct {
	over [NumBuckets]int // each figure less its default
}

// Get gives the figure of a bucket.
func (l Limits) Get(b Bucket) int { return b.Default() + l.over[b.index()] }

// With gives the same limits but for one figure. It takes any figure;
// Space.Check refuses those that are not from 0 to MaxLimit.
func (l Limits) With(b Bucket, figure int) Limits {
	l.over[b.index()] = figure - b.Default()
	return l
}

// EncodeLimits writes limits for storage: {"update":60,"create":60,...}, all
// buckets in order.
func EncodeLimits(l Limits) string {
	text := []byte{'{'}
	for i, b := range Buckets {
		if i > 0 {
			text = append(text, ',')
		}
		text, _ = jsontext.AppendQuote(text, b)
		text = append(text, ':')
		text = strconv.AppendInt(text, int64(l.Get(b)), 10)
	}
	return string(append(text, '}'))
}

var errLimits = errors.New("access: stored limits cannot be read")

// DecodeLimits reads what EncodeLimits wrote. A bucket that is missing has its
// default; one that is unknown, null, or has a figure out of range is an
// error, as is anything but one JSON object. The error is not a fault.Error:
// what is stored is not what a caller sent.
func DecodeLimits(text string) (Limits, error) {
	var figures map[string]*int // a pointer, so that null is not 0: no limit
	if err := json.Unmarshal([]byte(text), &figures); err != nil || figures == nil {
		return Limits{}, errLimits
	}
	var l Limits
	for name, figure := range figures {
		b, ok := BucketOf(name)
		if !ok || figure == nil || !validFigure(*figure) {
			return Limits{}, errLimits
		}
		l = l.With(b, *figure)
	}
	return l, nil
}

func validFigure(n int) bool { return 0 <= n && n <= MaxLimit }

const figureMessage = "must be a whole number of requests a minute from 0 to 1000000; 0 means no limit."

// ParseLimit reads a setting as it is typed: "update=600". Its error is
// Invalid, at "limit".
func ParseLimit(setting string) (Bucket, int, error) {
	name, figure, ok := strings.Cut(setting, "=")
	if !ok {
		return "", 0, fault.At("limit", fault.CodeLimitMalformed, "Write a limit as a bucket and its figure, as in update=600.")
	}
	b, ok := BucketOf(name)
	if !ok {
		return "", 0, fault.At("limit", fault.CodeBucketUnknown, "There is no such bucket. The buckets are update, create, get, list, batch and ui.")
	}
	n, err := strconv.ParseUint(figure, 10, 32) // unlike Atoi it takes no sign
	if err != nil || !validFigure(int(n)) {
		return "", 0, fault.At("limit", fault.CodeLimitInvalid, "The limit of "+name+" "+figureMessage)
	}
	return b, int(n), nil
}
