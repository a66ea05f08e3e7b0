package record

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// example plays what docs/format.md tells: contacts 1 and 2 are created, 1 is put,
// and 2 is merged into it. It gives all that is stored of that.
func example(t *testing.T) (contacts []contact.Contact, changes []contact.Change) {
	t.Helper()
	now, op := map[contact.ID]*contact.Contact{}, contact.Seq(1)
	do := func(verb contact.Verb, by contact.Attribution) {
		v := &contact.View{Op: op, At: 1_772_366_400_000_000 + contact.Time(op), NewIDs: []contact.ID{contact.ID(len(now) + 1)}}
		for _, ref := range verb.Needs().Refs {
			v.Refs = append(v.Refs, contact.Found{ID: ref, Contact: now[ref]})
			v.Trees = append(v.Trees, contact.Tree{Ref: ref})
		}
		d, err := verb.Decide(v)
		if err != nil {
			t.Fatal(err)
		}
		by.Actor.KeyID, by.Actor.KeyName, by.RequestID = 1, "first", fmt.Sprintf("%032x", int(op))
		for _, e := range d.Enter(contact.Stamp{Attribution: by, Op: op, At: v.At}) {
			now[e.Contact.ID] = &e.Contact
			changes = append(changes, e.Change)
			op++
		}
	}
	list := func(texts ...string) contact.List { return contact.List{Sent: true, Texts: texts} }
	var ada, more, twin contact.Patch
	ada.Values[contact.Emails], ada.Values[contact.Names] = list("ada@example.com"), list("Ada Example")
	more.Values[contact.Emails] = list("ada@example.org", "ada@example.com")
	more.Fields.Sent, more.Fields.Named[15], more.Fields.Texts[15] = true, true, "500"
	twin.Values[contact.Emails], twin.Values[contact.Phones] = list("ADA@example.com"), list("+44 7700 900123")
	do(&contact.Create{Patch: ada}, contact.Attribution{})
	do(&contact.Create{Patch: twin}, contact.Attribution{})
	do(&contact.Put{Ref: 1, Patch: more}, contact.Attribution{Actor: contact.Actor{Name: "Zoë"}, Reason: "asked for by phone"})
	do(&contact.Merge{Survivor: 1, Merged: []contact.ID{2}}, contact.Attribution{})
	return []contact.Contact{*now[1], *now[2]}, changes
}

// columns gives the columns of a row in the order of the page.
func (r *Contact) columns() (names []string, at []any) {
	return []string{"space_id", "id", "version", "state", "parent_id", "created_at", "head_seq", "depth", "checksum", "doc", "origins"},
		[]any{&r.Space, &r.ID, &r.Version, &r.State, &r.Parent, &r.Created, &r.Head, &r.Depth, &r.Sum, &r.Doc, &r.Origins}
}

func (r *Change) columns() (names []string, at []any) {
	return []string{"space_id", "seq", "op_seq", "contact_id", "ref", "version", "prev_seq", "at", "action", "actor", "reason", "request_id",
			"batch_id", "undoes", "checksum", "edits", "snapshot"},
		[]any{&r.Space, &r.Seq, &r.Op, &r.Contact, &r.Ref, &r.Version, &r.Prev, &r.At, &r.Action, &r.Actor, &r.Reason, &r.RequestID,
			&r.BatchID, &r.Undoes, &r.Sum, &r.Edits, &r.Snapshot}
}

type columned interface {
	columns() (names []string, at []any)
}

// printed gives a row as it stands on the page: a line for each column.
func printed(table string, row columned) string {
	text := table + "\n"
	names, at := row.columns()
	for i, name := range names {
		value := reflect.ValueOf(at[i]).Elem()
		if b, ok := value.Interface().([]byte); ok {
			if b == nil {
				b = []byte("NULL")
			}
			value = reflect.ValueOf(string(b))
		}
		text += strings.TrimRight(fmt.Sprintf("%-10s  %v", name, value), " ") + "\n"
	}
	return text
}

// read sets the columns of a row to what stands on the page.
func read(t *testing.T, text string, row columned) {
	t.Helper()
	names, at := row.columns()
	lines := strings.Split(strings.TrimSpace(text), "\n")[1:]
	if len(lines) != len(names) {
		t.Fatalf("%d columns, want %d:\n%s", len(lines), len(names), text)
	}
	for i, line := range lines {
		name, value, _ := strings.Cut(line, " ")
		if value = strings.TrimLeft(value, " "); name != names[i] {
			t.Fatalf("column %s, want %s", name, names[i])
		}
		switch to := reflect.ValueOf(at[i]).Elem(); to.Kind() {
		case reflect.String:
			to.SetString(value)
		case reflect.Slice:
			if value != "NULL" {
				to.SetBytes([]byte(value))
			}
		default:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			to.Set(reflect.ValueOf(n).Convert(to.Type()))
		}
	}
}

// The rows on the page are those that the program writes, and read as what it wrote
// them from.
func TestExampleOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	var contactsOnPage []Contact
	var changesOnPage []Change
	for _, part := range bytes.Split(page, []byte("```rows\n"))[1:] {
		block, _, _ := strings.Cut(string(part), "```")
		for text := range strings.SplitSeq(strings.TrimSpace(block), "\n\n") {
			switch table, _, _ := strings.Cut(text, "\n"); table {
			case "contacts":
				var row Contact
				read(t, text, &row)
				contactsOnPage = append(contactsOnPage, row)
			case "changes":
				var row Change
				read(t, text, &row)
				changesOnPage = append(changesOnPage, row)
			default:
				t.Fatalf("there is no table %q", table)
			}
		}
	}
	contacts, changes := example(t)
	var want []string
	for i := range contacts {
		row, err := EncodeContact(1, &contacts[i])
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, printed("contacts", &row))
		if i < len(contactsOnPage) {
			got := contactsOnPage[i]
			if c, err := DecodeContact(&got); err != nil || !reflect.DeepEqual(c, contacts[i]) || !reflect.DeepEqual(got, row) {
				t.Errorf("contact %d: %v, %+v", row.ID, err, c)
			}
		}
	}
	for i := range changes {
		row, err := EncodeChange(1, &changes[i])
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, printed("changes", &row))
		if i < len(changesOnPage) {
			got := changesOnPage[i]
			if ch, err := DecodeChange(&got); err != nil || !reflect.DeepEqual(ch, changes[i]) || !reflect.DeepEqual(got, row) {
				t.Errorf("change %d: %v, %+v", row.Seq, err, ch)
			}
		}
	}
	if len(contactsOnPage) != len(contacts) || len(changesOnPage) != len(changes) || t.Failed() {
		t.Errorf("%d and %d rows on the page. They are:\n%s", len(contactsOnPage), len(changesOnPage), strings.Join(want, "\n"))
	}
}

// The page names every table, column and index of both databases, and every member
// of the JSON in contacts and changes.
func TestPageNamesEverything(t *testing.T) {
	page, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	files, err := filepath.Glob("../store/*/migrations/*.sql")
	if err != nil || len(files) < 2 {
		t.Fatalf("migrations: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^(?:CREATE (?:TABLE|INDEX) |ALTER TABLE [a-z_]+ ADD COLUMN |  )([a-z_]+) `).FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
	}
	for quoted := range names {
		if name := strings.Trim(quoted, `"`); name[0] > '9' {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); !slices.Contains(all, "registry_log") || !slices.Contains(all, "head_seq") || !slices.Contains(all, "absorbed") || !slices.Contains(all, "daily_writes") {
		t.Fatalf("not all is found: %q", all)
	}
	for _, name := range all {
		if !bytes.Contains(page, []byte("`"+name+"`")) && !bytes.Contains(page, []byte("## "+name+":")) {
			t.Errorf("the page does not tell what `%s` is", name)
		}
	}
}
