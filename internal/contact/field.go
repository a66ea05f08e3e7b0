package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// ParseField turns the content of a slot, as sent, into what is stored: text
// as it came, a number in plain notation, a date as YYYY-MM-DD. "" clears the
// slot. number tells that the content came as a JSON number, whose literal is
// in sent, rather than as a JSON string (CONTRACT S5, D13). What it returns
// without a flaw it accepts again unchanged.
func ParseField(s Slot, sent string, number bool) (string, *Flaw) {
	kind := s.Kind()
	if number && kind != NumberField {
		return "", &Flaw{fault.CodeWrongType, "Send a string; this field does not hold a number."}
	}
	if sent == "" {
		return "", nil
	}
	if kind == TextField {
		if flaw := checkFreeText("text", sent, maxFieldLength); flaw != nil {
			return "", flaw.reveal("text", sent, true)
		}
		return sent, nil
	}
	if strings.IndexByte(sent, 0) >= 0 { // the same answer for every value
		return "", checkControls("value", sent, true).reveal("value", sent, true)
	}
	// White space around is trimmed; alone it is no way to clear the slot.
	text := strings.TrimSpace(sent)
	stored, noun, flaw := "", "number", (*Flaw)(nil)
	if kind == NumberField {
		stored, flaw = parseNumber(text)
	} else {
		noun = "date"
		stored, flaw = parseDate(text)
	}
	if flaw != nil {
		return "", flaw.reveal(noun, sent, true)
	}
	return stored, nil
}
