package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// ExportBody is what an export is asked for with (CONTRACT P6, D38).
type ExportBody struct {
	Start, End      *time.Time // local times; nil for no bound
	Email, Phone    string     // as contact.ParseValue gives them; "" for any
	Where           contact.Filter
	AllEmails, Safe bool
	Format, Layout  string // of the words that ReadExport is told; "" for none
}

var exportMembers = []string{"start_date", "end_date", "email", "phone", "where", "include_all_emails", "format", "layout", "safe"}

// ReadExport reads the body that asks for an export, with all problems told at once. A custom
// field is named by its key, or by its label in the Space.
func ReadExport(body []byte, formats, layouts []string, labels *contact.Labels) (e ExportBody, err error) {
	r := patchReader{}
	if err := r.members(body, exportMembers, func(name string, value jsontext.Token) {
		if value.Kind() == 'n' { // as where it is left out
			return
		}
		switch name {
		case "start_date":
			e.Start = r.localTime(name, value)
		case "end_date":
			e.End = r.localTime(name, value)
		case "email":
			e.Email = r.findable(name, contact.Emails, value)
		case "phone":
			e.Phone = r.findable(name, contact.Phones, value)
		case "where":
			e.Where = r.filter(name, value, labels)
		case "include_all_emails":
			e.AllEmails = r.flag(name, value)
		case "safe":
			e.Safe = r.flag(name, value)
		case "format":
			e.Format = r.oneOf(name, value, formats)
		case "layout":
			e.Layout = r.oneOf(name, value, layouts)
		}
	}); err != nil {
		return e, err
	}
	if e.Start != nil && e.End != nil && !e.End.After(*e.Start) {
		r.add("end_date", fault.CodeParameterInvalid, "Send an end_date that is after the start_date.")
	}
	csv := e.Format == "csv"
	if e.Layout != "" && !csv {
		r.add("layout", fault.CodeParameterInvalid, "Send a layout with the format csv alone.")
	}
	if e.Safe && !csv {
		r.add("safe", fault.CodeParameterInvalid, "Send safe with the format csv alone.")
	}
	if e.AllEmails && e.Format != "" {
		r.add("include_all_emails", fault.CodeParameterInvalid, "Leave out include_all_emails where you send a format: all emails are in it.")
	}
	return e, fault.Problems(r.problems)
}

// localTime reads a time without a zone.
func (r *patchReader) localTime(path string, value jsontext.Token) *time.Time {
	text := r.word(path, value)
	t, err := time.Parse(time.DateTime, text)
	if value.Kind() == '"' && (err != nil || len(text) != len(time.DateTime)) {
		r.add(path, fault.CodeParameterInvalid, "Send "+path+" as a time as in 2026-01-31 14:00:00.")
	}
	return &t
}

// findable reads a value by which contacts are found.
func (r *patchReader) findable(path string, col contact.Collection, value jsontext.Token) string {
	sent := r.word(path, value)
	if value.Kind() != '"' {
		return ""
	}
	text, flaw := contact.ParseValue(col, sent)
	if flaw != nil {
		r.add(path, flaw.Code, flaw.Message)
	}
	return text
}

// filter reads conditions on custom fields.
func (r *patchReader) filter(path string, value jsontext.Token, labels *contact.Labels) contact.Filter {
	start := r.dec.InputOffset() - 1
	text := []byte("0") // no list, whatever it is
	if kind := value.Kind(); kind == '[' || kind == '{' {
		r.skip(kind)
		text = r.body[start:r.dec.InputOffset()]
	}
	if r.err != nil {
		return nil
	}
	filter, problems := ReadFilter(path, text, labels)
	r.problems = append(r.problems, problems...)
	return filter
}

// flag reads true or false, or 1 or 0 as parameters have them.
func (r *patchReader) flag(path string, value jsontext.Token) bool {
	if value.Kind() == '0' {
		switch value.String() {
		case "1":
			return true
		case "0":
			return false
		}
	}
	if value.Kind() != 't' && value.Kind() != 'f' {
		r.add(path, fault.CodeWrongType, "Send "+path+" as true or false.")
		r.skip(value.Kind())
		return false
	}
	return value.Kind() == 't'
}

func (r *patchReader) oneOf(path string, value jsontext.Token, words []string) string {
	word := r.word(path, value)
	if value.Kind() == '"' && !slices.Contains(words, word) {
		r.add(path, fault.CodeParameterInvalid, "Send "+path+" as one of "+strings.Join(words, ", ")+", or leave it out.")
	}
	return word
}
