package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/demo"
)

// fill makes the demo's Space with a key and its people, of whom some were
// entered twice and merged.
func fill(ctx context.Context, b *book.Book) (t tale, err error) {
	space := access.Space{Name: "demo"}
	for _, bucket := range access.Buckets {
		space.Limits = space.Limits.With(bucket, demoLimit)
	}
	for _, f := range demo.Labels() {
		if space.Labels, err = space.Labels.With(f.Slot, f.Label); err != nil {
			return t, err
		}
	}
	if space, err = b.CreateSpace(ctx, "demo", space); err != nil {
		return t, err
	}
	k, key, err := b.CreateKey(ctx, "demo", access.APIKey{Space: space.ID, Name: "demo"})
	if err != nil {
		return t, err
	}
	g := access.Grant{Key: k, Space: space}
	people := demo.People(1, demoPeople)
	cast(people)
	ids := make([]contact.ID, len(people))
	// Those of the story come one after the other, so that their ids are the same
	// every time.
	for from, to := 0, 1; from < len(people); from, to = to, to+1 {
		if from == bookEnds {
			to = len(people)
		}
		if err := createAll(ctx, b, g, people[:to], ids, from); err != nil {
			return t, err
		}
	}
	for _, pair := range twins(people)[:demoMerges] {
		by := book.Terms{RequestID: fmt.Sprintf("demo-merge-%d", pair[1]), Name: "Demo", Reason: "entered twice"}
		if _, err := b.Do(ctx, g, by, &contact.Merge{Survivor: ids[pair[0]], Merged: []contact.ID{ids[pair[1]]}}); err != nil {
			return t, err
		}
	}
	t.key, t.space, t.wiped, t.one, t.other = key, space.ID, ids[0], ids[2], ids[3]
	t.emptied, t.merged, t.mistaken, t.eventful = ids[emptied], ids[merged], ids[mistaken], ids[eventful]
	t.messy = demo.Messy(people[bookEnds:])
	t.last, err = tellBook(ctx, b, space, ids)
	return t, err
}

// storyPeople is how many people the story in the terminal is about: two who were entered twice, and
// two who have nothing to do with each other.
const storyPeople = 4

// cast puts those of the stories first.
func cast(people []contact.Patch) {
	swap := func(i, j int) { people[i], people[j] = people[j], people[i] }
	first := twins(people)[0]
	swap(0, first[0])
	swap(1, first[1])
	twice := map[int]bool{}
	for _, pair := range twins(people) {
		twice[pair[0]], twice[pair[1]] = true, true
	}
	next := 2
	for i := next; i < len(people) && next < bookEnds; i++ {
		if !twice[i] && richness(people[i]) > 4 {
			swap(next, i)
			next++
		}
	}
	for i, p := range bookCast() {
		people[i] = p
	}
}

// twins gives the places of people who share their first email: those entered
// twice. It begins with somebody who has phones and custom fields too, to whom
// the story can happen.
func twins(people []contact.Patch) (pairs [][2]int) {
	seen := map[string]int{}
	for i, p := range people {
		emails := p.Values[contact.Emails].Texts
		if len(emails) == 0 {
			continue
		}
		key := contact.MatchText(contact.Emails, emails[0], "")
		if first, ok := seen[key]; ok {
			pairs = append(pairs, [2]int{first, i})
		} else {
			seen[key] = i
		}
	}
	slices.SortStableFunc(pairs, func(a, b [2]int) int { return richness(people[b[0]]) - richness(people[a[0]]) })
	return pairs
}

func richness(p contact.Patch) int {
	n := 0
	if p.Fields.Sent {
		n = 2
	}
	return n + len(p.Values[contact.Emails].Texts) + len(p.Values[contact.Phones].Texts) + len(p.Values[contact.Locations].Texts)
}

// createAll makes the people from a place on, many at once, because those that
// wait together share a commit. It notes the id of each.
func createAll(ctx context.Context, b *book.Book, g access.Grant, people []contact.Patch, ids []contact.ID, from int) error {
	errs := make([]error, len(people))
	free := make(chan struct{}, demoAtOnce)
	var all sync.WaitGroup
	for i := from; i < len(people); i++ {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			w, err := b.Do(ctx, g, book.Terms{RequestID: fmt.Sprintf("demo-%d", i)}, &contact.Create{Patch: people[i]})
			ids[i], errs[i] = w.Contact.ID, err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
