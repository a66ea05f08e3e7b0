package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// MaxLabel is how many code points a label may have (CONTRACT D14).
const MaxLabel = 100

// Labels are the names that a Space gives to slots, by Slot.Index; "" for none
// (CONTRACT P2, D14).
type Labels [NumSlots]string

// Name gives what stands for a slot where labels are asked for: its label, or
// its key where it has none.
func (l *Labels) Name(s Slot) string {
	if label := l[s.Index()]; label != "" {
		return label
	}
	return s.String()
}

// With gives the labels with that of one slot set, or taken away by "". A label
// is refused that is too long, that another slot has, or that looks like a
// slot's key, so that every name stands for one slot.
func (l Labels) With(s Slot, label string) (Labels, error) {
	label = strings.TrimSpace(label)
	if label == "" {
		l[s.Index()] = ""
		return l, nil
	}
	if longerThan(label, MaxLabel) {
		return l, fault.At("label", fault.CodeTextTooLong, "The label has more than 100 characters.")
	}
	if flaw := CheckLine("label", label); flaw != nil {
		return l, fault.At("label", flaw.Code, flaw.Message)
	}
	if strings.HasPrefix(strings.ToLower(label), slotKeyStart) {
		return l, fault.At("label", fault.CodeLabelReserved, "A label must not look like the key of a field. Choose another.")
	}
	for i, other := range l {
		if other == label && SlotAt(i) != s {
			return l, fault.At("label", fault.CodeLabelTaken, "Another field has this label: "+SlotAt(i).String()+". Choose another.")
		}
	}
	l[s.Index()] = label
	return l, nil
}
