package access

import (
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

const aDay = contact.Time(24 * time.Hour / time.Microsecond)

// notices are how long before a key ends somebody is told, the first time first.
var notices = [...]contact.Time{14 * aDay, 3 * aDay, aDay}

// EndsSoon tells whether the key works at now and ends within two weeks by itself.
// One that lives no longer than that ends soon from its beginning.
func (k APIKey) EndsSoon(now contact.Time) bool {
	return k.Revoked == 0 && k.Expires > now && k.Expires-now <= notices[0]
}

// NoticeDue tells whether it is time to say that the key ends soon, where that was last
// looked at before: 14 days ahead, 3 and 1. It is due once, however many of these have
// passed since; those that were over when the key was made do not count.
func (k APIKey) NoticeDue(before, now contact.Time) bool {
	if !k.EndsSoon(now) {
		return false
	}
	for _, ahead := range notices {
		if at := k.Expires - ahead; at <= now && at > max(before, k.Created) {
			return true
		}
	}
	return false
}
