package book_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// codeOf gives the code of a refusal, "" for none.
func codeOf(err error) fault.Code {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Code
	}
	return ""
}

// eraser gives a desk that erases, and a key that may do so.
func eraser(t *testing.T) (*desk, access.Grant) {
	t.Helper()
	d := openDesk(t)
	d.jobs.Does(store.EraseJob, jobs.Work{Step: d.EraseStep})
	return d, d.with(t, access.ScopesOf(access.Read, access.Write, access.Erase), access.Budget{})
}

func (d *desk) erase(t *testing.T, g access.Grant, id contact.ID) (book.Receipt, error) {
	t.Helper()
	return d.Erase(t.Context(), g, book.Terms{RequestID: "erase"}, &contact.Erase{Ref: id})
}

// CONTRACT D35: the rows of plans that were about an erased contact, and what was answered to
// writes that may be sent again, hold nothing of it, and tell who asks that it is gone.
func TestErasedFromPlansAndAnswers(t *testing.T) {
	const canary = "canary"
	d, g := eraser(t)
	other := d.create(t, emails("other@example.com"))
	create := book.Terms{RequestID: "create", Retry: &book.Retry{Key: "create", Fingerprint: [32]byte{1}}}
	made, err := d.Do(t.Context(), g, create, &contact.Create{Patch: emails(canary + "@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	ada := made.Contact.ID
	applied := d.propose(t,
		fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"emails":{"add":["canary2@example.com"]}}}`, ada),
		fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["canary is no email"]}}`, ada),
		fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["other2@example.com"]}}`, other.ID),
		`{"method":"POST","body":{"emails":["canary3@example.com"]}}`)
	d.apply(t, applied)
	rows := func(id string) []book.PlanRow {
		list, _, err := d.PlanRows(t.Context(), g, id, book.PlanRowsAsked{PerPage: 9})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	created := rows(applied.ID)[3].Done.Contact
	ready := d.propose(t, fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, other.ID, ada),
		fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["canary4@example.com"]}}`, ada))
	for _, id := range []contact.ID{ada, created} {
		if _, err := d.erase(t, g, id); err != nil {
			t.Fatal(err)
		}
	}
	d.finish(t)
	for _, id := range []string{applied.ID, ready.ID} {
		list, err := d.faulty.PlanRows(t.Context(), store.PlanRowQuery{PlanID: store.PlanID{Space: d.space.ID, ID: id}, Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			for _, text := range [][]byte{r.Operation, r.Decided, r.Done} {
				if bytes.Contains(text, []byte(canary)) {
					t.Errorf("row %d of plan %s holds %s", r.N, id, text)
				}
			}
		}
	}
	codes := func(id string) (out []fault.Code) {
		for _, r := range rows(id) {
			out = append(out, codeOf(r.Err))
		}
		return out
	}
	gone := fault.CodeErased
	if have, want := codes(applied.ID), []fault.Code{gone, gone, "", gone}; !slices.Equal(have, want) {
		t.Errorf("what was applied says %q, want %q", have, want)
	}
	if have, want := codes(ready.ID), []fault.Code{gone, gone}; !slices.Equal(have, want) {
		t.Errorf("what is ready says %q, want %q", have, want)
	}
	if have := string(rows(applied.ID)[0].Operation); have != fmt.Sprintf(`{"method":"PATCH","id":%d}`, ada) {
		t.Errorf("what is left of an operation is %s", have)
	}
	d.apply(t, d.plan(t, ready.ID))
	if n := d.plan(t, ready.ID).Results; len(n) == 0 {
		t.Error("what is left of a plan cannot be applied")
	}
	if c, err := d.Get(t.Context(), g, other.ID); err != nil || c.Values[contact.Emails][0].Text != "other2@example.com" || len(c.Values[contact.Emails]) != 1 {
		t.Errorf("the other is %+v: %v", c, err)
	}
	kept, err := d.faulty.StoredRetries(t.Context(), store.RetryID{Space: d.space.ID}, 9)
	if err != nil || len(kept) != 1 || !bytes.Contains(kept[0].Answer, []byte(`"code":"erased"`)) {
		t.Errorf("what is kept of an answer is %+v: %v", kept, err)
	}
	_, err = d.Do(t.Context(), g, create, &contact.Create{Patch: emails(canary + "@example.com")})
	wantCode(t, err, fault.Gone, gone)
}

// CONTRACT D35: who asks again, or at the same time, gets the same receipt; it needs its own
// scope, and counts as removals of the key. What is refused leaves no job to do.
func TestEraseReceipts(t *testing.T) {
	d, g := eraser(t)
	ada := d.create(t, emails("ada@example.com", "ada@example.org")).ID
	_, err := d.erase(t, d.grant(), ada)
	wantCode(t, err, fault.Forbidden, fault.CodeScopeMissing)
	few := 1
	_, err = d.erase(t, d.with(t, access.ScopesOf(access.Erase), access.Budget{MaxRemovals: access.AtMost(int64(few))}), ada)
	wantCode(t, err, fault.Forbidden, fault.CodeOverBudget)
	_, err = d.Erase(t.Context(), g, book.Terms{RequestID: "few", Terms: store.Terms{MaxRemovals: &few}}, &contact.Erase{Ref: ada})
	wantCode(t, err, fault.Conflict, fault.CodeTooManyRemovals)
	_, err = d.erase(t, g, 999)
	wantCode(t, err, fault.NotFound, fault.CodeContactNotFound)
	dry, err := d.Erase(t.Context(), g, book.Terms{RequestID: "dry", Terms: store.Terms{Dry: true}}, &contact.Erase{Ref: ada})
	if err != nil || dry != (book.Receipt{Contact: ada, Removed: 2}) {
		t.Errorf("a dry run: %v, %+v", err, dry)
	}
	if n := d.jobsOf(t, store.EraseJob); len(n) != 0 {
		t.Errorf("what was refused left jobs: %v", n)
	}
	var all [4]book.Receipt
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			var err error
			if all[i], err = d.erase(t, g, ada); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range all {
		if r != all[0] || r.Contact != ada || r.At == 0 || r.Job == 0 || r.Scrubbed != 0 || r.Change.Op == 0 {
			t.Errorf("a receipt is %+v, another %+v", r, all[0])
		}
	}
	d.now.Add(int64(2 * time.Minute))
	d.finish(t)
	n := d.jobsOf(t, store.EraseJob)
	if n[store.JobCompleted] < 1 || n[store.JobQueued]+n[store.JobRunning]+n[store.JobFailed] != 0 {
		t.Errorf("its jobs are %v", n)
	}
	if again, err := d.erase(t, g, ada); err != nil || again != all[0] {
		t.Errorf("asked again: %v, %+v", err, again)
	}
}

// CONTRACT D35: what a Space remembers of who was erased goes when it is set to forget, with
// what it was made with, and does not come back when that is set anew.
func TestRememberedUntilForgotten(t *testing.T) {
	d, g := eraser(t)
	remember := func(on bool) contact.ErasedSecret {
		t.Helper()
		s, err := d.UpdateSpace(t.Context(), "test", d.space.ID, func(s *access.Space) error {
			book.RememberErased(s, on)
			return nil
		})
		if err != nil || s.Remember.On() != on {
			t.Fatalf("remember %t: %v", on, err)
		}
		return s.Remember
	}
	secret := remember(true)
	if remember(true) != secret {
		t.Error("to set it twice makes another secret")
	}
	ada := d.create(t, emails("ada@example.com"))
	if _, err := d.erase(t, g, ada.ID); err != nil {
		t.Fatal(err)
	}
	kept := func(want bool) {
		t.Helper()
		day, err := d.store.ErasedBefore(t.Context(), d.space.ID, secret.Keys(&ada, ""))
		if err != nil || (day != 0) != want {
			t.Errorf("day %d, %v", day, err)
		}
	}
	kept(true)
	remember(false)
	kept(false)
	if remember(true) == secret {
		t.Error("the secret that was thrown away is there again")
	}
}

// What was deleted is erased for good after the days that its Space sets, and never where it
// sets none; what came back in the meantime is not.
func TestBinIsErased(t *testing.T) {
	d, g := eraser(t)
	sweep := func(days int, after time.Duration) {
		t.Helper()
		_, err := d.UpdateSpace(t.Context(), "test", d.space.ID, func(s *access.Space) error { s.BinDays = days; return nil })
		if err != nil {
			t.Fatal(err)
		}
		d.now.Add(int64(after))
		if err := d.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.finish(t)
	}
	var ids []contact.ID
	for i := range 3 {
		ids = append(ids, d.create(t, emails(fmt.Sprint("somebody", i, "@example.com"))).ID)
	}
	deleted := func(id contact.ID) contact.ChangeID {
		t.Helper()
		w, err := d.Do(t.Context(), g, book.Terms{RequestID: fmt.Sprint("delete ", id)}, &contact.Delete{Ref: id})
		if err != nil {
			t.Fatal(err)
		}
		return w.Change
	}
	first := deleted(ids[0])
	d.now.Add(int64(24 * time.Hour))
	second := deleted(ids[1])
	wantErased := func(what string, want ...bool) {
		t.Helper()
		for i, id := range ids {
			_, erased, err := d.store.Erasure(t.Context(), d.space.ID, id)
			if err != nil || erased != want[i] {
				t.Errorf("%s: %d is erased %t: %v", what, id, erased, err)
			}
		}
	}
	sweep(0, 100*24*time.Hour)
	wantErased("a Space that keeps all", false, false, false)
	sweep(101, 2*time.Hour)
	wantErased("after 101 days", true, false, false)
	_, err := d.Do(t.Context(), g, book.Terms{RequestID: "back"}, &contact.Undo{Ref: ids[1], Op: second.Op})
	if err != nil {
		t.Fatal(err)
	}
	sweep(1, 48*time.Hour)
	wantErased("what came back", true, false, false)
	_, err = d.Do(t.Context(), g, book.Terms{RequestID: "undo"}, &contact.Undo{Ref: ids[0], Op: first.Op})
	wantCode(t, err, fault.Gone, fault.CodeErased)
	feed, err := d.store.Feed(t.Context(), store.FeedQuery{Space: d.space.ID, Limit: 99})
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range feed.Changes {
		if ch.Action == contact.ActionErase && ch.Actor != (contact.Actor{KeyName: "bin"}) {
			t.Errorf("it was erased by %+v", ch.Actor)
		}
	}
}

// Erasing again that is cut short, wherever that is, goes on with the next time: nobody stays
// because another of the same ids is gone already.
func TestErasingAgainCutShort(t *testing.T) {
	nobody := func(suite.Step, *store.Save) error { return nil }
	for commits := range 12 {
		d := openDesk(t)
		ids := []contact.ID{d.create(t, emails("ada@example.com")).ID, d.create(t, emails("ada@example.org")).ID, d.create(t, emails("ada@example.net")).ID}
		left := commits
		d.faulty.SetHook(func(step suite.Step, _ *store.Save) error {
			if step == suite.BeforeCommit {
				if left--; left < 0 {
					return store.ErrRefused
				}
			}
			return nil
		})
		_, cut := d.EraseAgain(t.Context(), d.space.ID, ids[0], ids)
		d.faulty.SetHook(nobody)
		if (cut != nil) != (left < 0) {
			t.Fatalf("cut short after %d commits: %v", commits, cut)
		}
		if _, err := d.EraseAgain(t.Context(), d.space.ID, ids[0], ids); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if _, erased, err := d.store.Erasure(t.Context(), d.space.ID, id); err != nil || !erased {
				t.Errorf("cut short after %d commits, %d is erased %t: %v", commits, id, erased, err)
			}
		}
	}
}
