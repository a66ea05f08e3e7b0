package wire

import (
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// patchReader turns bodies into patches. Whatever is wrong with the JSON itself
// is the one problem; of what the JSON says, it tells every problem, in the
// order of the body.
type patchReader struct {
	jsonReader
	create   bool // a new contact: no id, and the limit of a list is known
	problems []fault.Problem
	unknown  int             // members that we do not have
	seen     map[string]bool // the values of a list, as DedupKey compares them
}

var patchReaders = sync.Pool{New: func() any { return &patchReader{seen: map[string]bool{}} }}

// ReadPut reads the body of a sparse PUT, and the id in it, 0 for none.
func ReadPut(body []byte, p *contact.Patch) (id contact.ID, err error) {
	return readPatch(body, false, p)
}

// ReadCreate reads the body of a POST of a contact.
func ReadCreate(body []byte, p *contact.Patch) error {
	_, err := readPatch(body, true, p)
	return err
}

func readPatch(body []byte, create bool, p *contact.Patch) (contact.ID, error) {
	r := patchReaders.Get().(*patchReader)
	r.reset(create)
	id := r.read(body, p)
	problems, err := r.free()
	switch {
	case err != nil:
		return 0, err
	case problems != nil:
		return 0, fault.Problems(problems)
	case !create && p.Empty():
		return 0, errPatchEmpty()
	}
	return id, nil
}

func errPatchEmpty() error {
	return fault.At("body", fault.CodePatchEmpty, "Send at least one of emails, phones, names, locations, custom_fields.")
}

// reset makes a reader ready for another body.
func (r *patchReader) reset(create bool) { r.create, r.problems, r.unknown = create, nil, 0 }

// free gives what a reader found wrong, and lets others have it.
func (r *patchReader) free() ([]fault.Problem, error) {
	problems, err := r.problems, r.err
	r.body, r.problems = nil, nil
	clear(r.seen)
	patchReaders.Put(r)
	return problems, err
}

func (r *patchReader) add(path string, code fault.Code, message string) {
	r.problems = append(r.problems, fault.Problem{Path: path, Code: code, Message: message})
}

func (r *patchReader) read(body []byte, p *contact.Patch) (id contact.ID) {
	if !r.start(body) {
		return 0
	}
	for {
		t, more := r.next()
		if !more {
			break
		}
		name := t.String()
		value := r.token()
		if r.err != nil {
			return 0
		}
		if col, ok := contact.CollectionOf(name); ok {
			r.list(col, value, &p.Values[col])
		} else if name == fieldsName {
			r.fields(value, &p.Fields, "Send {} to clear custom_fields, leave it out to keep.")
		} else if name == "id" && !r.create {
			id = r.bodyID(value)
		} else {
			r.unknownOfBody(name, value)
		}
	}
	r.end()
	return id
}

// opens tells whether a member has the type that it must have, and says what is
// wrong where it has not: of null in a sentence of its own.
func (r *patchReader) opens(path string, value jsontext.Token, want jsontext.Kind, null, wanted string) bool {
	switch value.Kind() {
	case want:
		return true
	case 'n':
		r.add(path, fault.CodeNullNotAllowed, null)
	default:
		r.add(path, fault.CodeWrongType, "Send "+path+" as "+wanted+".")
		r.skip(value.Kind())
	}
	return false
}

// nullLists says of each collection what stands for null.
var nullLists = func() (sentences [contact.NumCollections]string) {
	for _, col := range contact.Collections {
		sentences[col] = "Send [] to clear " + col.String() + ", leave it out to keep."
	}
	return sentences
}()

// list reads one collection.
func (r *patchReader) list(col contact.Collection, value jsontext.Token, into *contact.List) {
	path := col.String()
	if !r.opens(path, value, '[', nullLists[col], "a list of strings") {
		return
	}
	into.Sent = true
	limit := contact.MaxMerged
	if r.create {
		limit = contact.MaxValues
	}
	r.texts(col, path, limit, &into.Texts)
}

// texts reads the items of a list, each once. Those beyond the greatest limit are
// counted and nothing else.
func (r *patchReader) texts(col contact.Collection, path string, limit int, into *[]string) {
	before, n := len(r.problems), 0
	clear(r.seen)
	for ; ; n++ {
		item, more := r.next()
		if !more {
			break
		}
		switch {
		case n >= contact.MaxMerged:
			r.skip(item.Kind())
		case item.Kind() != '"':
			r.add(path+"."+strconv.Itoa(n), fault.CodeWrongType, "Send a string.")
			r.skip(item.Kind())
		default:
			r.item(col, path, n, item.String(), into)
		}
	}
	if n > contact.MaxMerged || len(*into) > limit {
		wrong := contact.TooMany(col, limit)
		wrong.Path = path
		r.problems = append(r.problems[:before], wrong)
	}
}

// item adds one value to its list, unless the list has it already
// (CONTRACT D8).
func (r *patchReader) item(col contact.Collection, path string, n int, sent string, into *[]string) {
	text, flaw := contact.ParseValue(col, sent)
	if flaw != nil {
		r.add(path+"."+strconv.Itoa(n), flaw.Code, flaw.Message)
		return
	}
	if key := contact.DedupKey(col, text); !r.seen[key] {
		r.seen[key] = true
		*into = append(*into, text)
	}
}

const fieldsName = "custom_fields"

// fields reads the slots that a body names. null is what to say of null.
func (r *patchReader) fields(value jsontext.Token, into *contact.FieldsPatch, null string) {
	if !r.opens(fieldsName, value, '{', null, "an object") {
		return
	}
	into.Sent = true
	for {
		t, more := r.next()
		if !more {
			return
		}
		name := t.String()
		value := r.token()
		if r.err != nil {
			return
		}
		slot, ok := contact.SlotOf(name)
		if !ok {
			r.unknownMember(fieldsName, name, " The fields are profile_field_1 to profile_field_30.")
			r.skip(value.Kind())
			continue
		}
		into.Named[slot.Index()] = true
		into.Texts[slot.Index()] = r.field(slot, value)
	}
}

// field reads the content of a slot (CONTRACT D13).
func (r *patchReader) field(slot contact.Slot, value jsontext.Token) string {
	path, kind := fieldsName+"."+slot.String(), value.Kind()
	switch kind {
	case 'n':
		return ""
	case '"', '0':
		text, flaw := contact.ParseField(slot, value.String(), kind == '0')
		if flaw != nil {
			r.add(path, flaw.Code, flaw.Message)
		}
		return text
	default:
		r.add(path, fault.CodeWrongType, "Send "+fieldForms[slot.Kind()]+", or null to clear the field.")
		r.skip(kind)
		return ""
	}
}

var fieldForms = map[contact.FieldKind]string{
	contact.TextField:   "a string",
	contact.NumberField: "a number",
	contact.DateField:   "a date as a string",
}

// bodyID reads the id that a body may repeat (CONTRACT D6).
func (r *patchReader) bodyID(value jsontext.Token) contact.ID {
	if value.Kind() == '0' {
		if id, ok := ParseID(value.String()); ok {
			return id
		}
	}
	r.skip(value.Kind())
	r.problems = append(r.problems, InvalidID())
	return 0
}

// maxUnknown is how many unknown members are told one by one.
const maxUnknown = 100

// unknownMember tells of a member that we do not have. advice is a sentence
// that may help, "" for none.
func (r *patchReader) unknownMember(object, name, advice string) {
	if r.unknown++; r.unknown > maxUnknown {
		if r.unknown == maxUnknown+1 {
			r.add("body", fault.CodeTooManyItems, "The body has more unknown fields than are listed here.")
		}
		return
	}
	shown := ShowName(name)
	path := object + "." + shown
	if object == "body" {
		path = shown
	}
	if shown == "" {
		r.add(object, fault.CodeUnknownField, "A field has an empty name.")
	} else {
		r.add(path, fault.CodeUnknownField, "Unknown field "+shown+"."+advice)
	}
}

// unknownOfBody tells of a member of the body itself that we do not have.
func (r *patchReader) unknownOfBody(name string, value jsontext.Token) {
	advice := ""
	if r.unknown < maxUnknown { // a body has room for half a million
		advice = DidYouMean(knownMember(name))
	}
	r.unknownMember("body", name, advice)
	r.skip(value.Kind())
}

// knownMember gives what an unknown name was likely meant to be, "" for none.
func knownMember(name string) string {
	if slot, ok := contact.SlotOf(name); ok {
		return fieldsName + "." + slot.String()
	}
	return Nearest(name, memberNames)
}

var memberNames = []string{"emails", "phones", "names", "locations", fieldsName}
