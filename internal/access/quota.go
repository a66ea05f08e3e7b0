package access

import (
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Quota is how much a Space may keep, in bytes as Usage counts them. 0 is no
// limit. Quotas are compared with ==.
type Quota struct {
	Bytes  int64 // in all: 0 to MaxQuota
	Minute int64 // of history, in any one minute: 0 to MaxQuota
}

// MaxQuota is the greatest figure of a Quota: 1 PiB.
const MaxQuota = 1 << 50

// Usage is what a Space keeps, in bytes: its contacts as they are and its history,
// and not what the database needs to find them.
type Usage struct {
	Bytes  int64        // in all
	Since  contact.Time // when the minute began that is counted
	Minute int64        // what was added to history in it
}

// quotaWindow is how long a minute of a Quota is.
const quotaWindow = contact.Time(time.Minute / time.Microsecond)

// Check refuses a write at a time at which the Space is full. It looks at what is
// kept already: the last write may go beyond. The minute that is counted begins
// with its first write.
func (u Usage) Check(q Quota, now contact.Time) error {
	if q.Bytes > 0 && u.Bytes >= q.Bytes {
		return &fault.Error{Kind: fault.SpaceFull, Code: fault.CodeSpaceFull,
			Message: "This Space has reached its quota: nothing was changed. Reading goes on. Ask whoever runs the server for more room."}
	}
	if over := u.Since + quotaWindow - now; q.Minute > 0 && u.Minute >= q.Minute && over > 0 {
		return &fault.Error{Kind: fault.SpaceFull, Code: fault.CodeSpaceFull, RetryAfter: time.Duration(over) * time.Microsecond,
			Message: "This Space has written as much as it may in a minute: nothing was changed. Send it again when the minute is over."}
	}
	return nil
}

// Add counts what a write adds to history at a time.
func (u Usage) Add(bytes int64, now contact.Time) Usage {
	if now >= u.Since+quotaWindow {
		u.Since, u.Minute = now, 0
	}
	u.Bytes += bytes
	u.Minute += bytes
	return u
}

// Grow counts by how much a contact has become larger, or, where bytes is
// negative, smaller. That is no part of the minute: history, which is never
// smaller, is.
func (u Usage) Grow(bytes int64) Usage {
	u.Bytes = max(0, u.Bytes+bytes)
	return u
}

func (q Quota) valid() bool {
	return 0 <= q.Bytes && q.Bytes <= MaxQuota && 0 <= q.Minute && q.Minute <= MaxQuota
}
