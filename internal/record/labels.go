package record

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// EncodeLabels gives the labels of a Space as they are stored: a JSON object
// keyed by slot, {"1":"Customer plan"}, without the slots that have none.
func EncodeLabels(l *contact.Labels) string {
	b := []byte{'{'}
	for i, label := range l {
		if label == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(appendSlot(b, i), ':')
		b, _ = jsontext.AppendQuote(b, label) // labels are checked to be UTF-8
	}
	return string(append(b, '}'))
}

// DecodeLabels is the inverse of EncodeLabels.
func DecodeLabels(text []byte) (contact.Labels, error) {
	var l contact.Labels
	r := newReader(text)
	r.object(func(slot string) {
		if i, ok := slotIndex(slot); ok {
			l[i] = r.text()
		} else {
			r.fail("unknown slot")
		}
	})
	if err := r.end(); err != nil {
		return l, fmt.Errorf("record: labels: %w", err)
	}
	return l, nil
}
