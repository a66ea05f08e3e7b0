package book

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// What docs/format.md shows of an answer is what is stored of one.
func TestAnswerOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(page), "```answer\n")
	text, _, _ := strings.Cut(block, "\n```")
	if !found {
		t.Fatal("the page has no example of an answer")
	}
	refused := func(kind fault.Kind, code fault.Code, message string, r contact.Refusal) store.Outcome {
		e := fault.New(kind, code, message)
		if code == "invalid" {
			e.At = []fault.Problem{{Path: "emails.0", Code: "email_invalid", Message: "Send an email such as ada@example.com."}}
		}
		r.Fault = e
		return store.Outcome{Err: &r}
	}
	at := func(id contact.ID) *contact.Contact { return &contact.Contact{ID: id, Version: 4} }
	slot, _ := contact.SlotOf("profile_field_3")
	out := []store.Outcome{
		{Op: 6, Subject: at(1), Removed: 1},
		{Op: 7, Subject: at(2), Remains: []contact.Remains{{Contact: 2, Field: "emails", Values: []string{"ada@example.com"}}}},
		{Subject: at(1)},
		refused(fault.Invalid, "invalid", "The emails are not valid.", contact.Refusal{}),
		refused(fault.Conflict, "conflict", "Somebody changed the same.", contact.Refusal{Conflicts: []contact.Conflict{
			{Contact: 1, Field: "custom_fields.profile_field_3", Slot: slot, Base: []string{"a"}, Yours: []string{"b"}, Theirs: []string{"c"}}}}),
		refused(fault.Conflict, "alias", "This contact was merged into another.", contact.Refusal{LeadsTo: 1}),
		refused(fault.Conflict, "already_undone", "This was undone already.", contact.Refusal{Standing: 5}),
	}
	stored, err := keep("ABCDEFGHIJKLMNOPQRSTUVWXYZ", true, out)
	if err != nil || string(stored) != text {
		t.Errorf("stored is %v\n%s\nthe page has\n%s", err, stored, text)
	}
	var k kept
	if err := json.Unmarshal([]byte(text), &k, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	for i := range k.Results {
		r, o := &k.Results[i], &out[i]
		if r.Refused != nil {
			if err := r.Refused.err(true); !reflect.DeepEqual(err, o.Err) {
				t.Errorf("result %d is read as %+v\nit was %+v", i, err, o.Err)
			}
			// CONTRACT D19: who may not read is not told the messages, which may tell of what is stored.
			if e, ok := errors.AsType[*fault.Error](r.Refused.err(false)); !ok || e.Code != r.Refused.Code || strings.Contains(fmt.Sprint(e), r.Refused.Message) || len(e.At) != len(r.Refused.At) {
				t.Errorf("result %d is told to who may not read as %+v", i, e)
			}
			continue
		}
		if r.Contact != o.Subject.ID || r.Version != o.Subject.Version || r.Op != o.Op || r.Removed != o.Removed || !reflect.DeepEqual(r.remains(), o.Remains) {
			t.Errorf("result %d is read as %+v, it was %+v", i, r, o)
		}
	}
	for kind, name := range keptKinds {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the page does not tell of the kind %s", name)
		}
		if got := (&keptRefusal{Kind: name}).err(true); fault.KindOf(got) != kind {
			t.Errorf("%s is read as %v", name, fault.KindOf(got))
		}
	}
}
