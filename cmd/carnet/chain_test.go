package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/carnet-project/carnet/api"
)

var update = flag.Bool("update", false, "write the pictures in docs anew")

// chain is what the feed of a Space says of a few contacts, step by step.
type chain struct {
	ids   []int64
	names map[int64]string
	steps []happened
}

// happened is one request: what was sent, and the contacts that it left otherwise.
type happened struct {
	says, also string
	by         int64              // the id by which it wrote what is new; 0 where it brought nothing
	shows      map[int64]*held    // of each contact that changed and is one
	gone       map[int64][]string // what an edit took away
	leads      map[int64]int64    // from now on
	whose      map[string]int64   // the id that brought each value
}

// held is what a contact has: its names, and its locations.
type held [2][]string

func (h *held) all() []string { return slices.Concat(h[0], h[1]) }

// chainOf reads a page of the feed. Requests that only make contacts are one step.
func chainOf(feed []api.Change, ids []int64) *chain {
	c := &chain{ids: ids, names: map[int64]string{}}
	has := map[int64]held{}
	whose, last := map[string]int64{}, ""
	for _, ch := range feed {
		if !slices.Contains(ids, ch.ContactID) {
			continue
		}
		if made := ch.Action == api.ActionCreate; ch.ID != last && !(made && len(c.steps) > 0) {
			c.steps = append(c.steps, happened{shows: map[int64]*held{}, gone: map[int64][]string{}, leads: map[int64]int64{}, whose: whose})
		}
		last = ch.ID
		step := &c.steps[len(c.steps)-1]
		lists := has[ch.ContactID]
		for i, l := range []*api.ListEdit{ch.Changes.Names, ch.Changes.Locations} {
			if l != nil {
				lists[i] = l.After
				step.follow(&ch, l)
			}
		}
		has[ch.ContactID] = lists
		if ch.MergedInto != nil {
			step.leads[ch.ContactID] = *ch.MergedInto
			continue
		}
		step.shows[ch.ContactID] = &lists
		step.tell(&ch)
		if c.names[ch.ContactID] == "" {
			c.names[ch.ContactID] = lists[0][0]
		}
	}
	return c
}

// follow notes who brought what, and what an edit took away. A merge and an unmerge do
// neither.
func (h *happened) follow(ch *api.Change, l *api.ListEdit) {
	if ch.Action == api.ActionMerge || ch.Action == api.ActionUnmerge {
		return
	}
	by := ch.ContactID
	if ch.Ref != nil {
		by = *ch.Ref
	}
	for _, text := range l.Added {
		h.whose[text] = by
	}
	h.gone[ch.ContactID] = append(h.gone[ch.ContactID], l.Removed...)
	if ch.Action != api.ActionCreate {
		h.by = by
	}
}

// tell says in words what was sent.
func (h *happened) tell(ch *api.Change) {
	switch {
	case ch.Action == api.ActionCreate:
		h.says, h.also = "POST /contacts", "each as it is made"
	case ch.MergedIDs != nil:
		h.says, h.also = fmt.Sprintf("POST /contacts/%d/%s", ch.ContactID, ch.Action), fmt.Sprintf("merged_id %d", ch.MergedIDs[0])
	case ch.Changes.Locations != nil && h.by != 0:
		h.says, h.also = fmt.Sprintf("PATCH /contacts/%d", h.by), "adds "+strings.Join(ch.Changes.Locations.Added, ", ")
		if gone := ch.Changes.Locations.Removed; len(gone) > 0 {
			h.also += ", removes " + strings.Join(gone, ", ")
		}
	}
}

// picture holds a picture in docs against what a server says that has happened.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) > 2, "picture FEED NAME ID...")
	var page struct{ Data []api.Change }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &page))
	var ids []int64
	for _, arg := range args[2:] {
		id, err := strconv.ParseInt(arg, 10, 64)
		ts.Check(err)
		ids = append(ids, id)
	}
	drawn := chainOf(page.Data, ids).draw()
	file := filepath.Join("..", "..", "docs", args[1])
	if *update {
		ts.Check(os.WriteFile(file, []byte(drawn), 0o644))
	}
	kept, err := os.ReadFile(file)
	ts.Check(err)
	if string(kept) != drawn {
		ts.Fatalf("docs/%s is not what happened: go test ./cmd/carnet -run TestScripts/sqlite/taking_back -update draws it anew", args[1])
	}
}

// What the picture is drawn of: values keep the colour of who brought them, wherever
// they are.
func TestChainOf(t *testing.T) {
	list := func(after, added, removed []string) *api.ListEdit {
		return &api.ListEdit{After: after, Added: added, Removed: removed}
	}
	one, two := int64(1), int64(2)
	c := chainOf([]api.Change{
		{ID: "1", ContactID: 1, Action: api.ActionCreate, Changes: api.Edits{Names: list([]string{"A"}, []string{"A"}, nil)}},
		{ID: "2", ContactID: 2, Action: api.ActionCreate, Changes: api.Edits{Names: list([]string{"B"}, []string{"B"}, nil)}},
		{ID: "3", ContactID: 9, Action: api.ActionCreate, Changes: api.Edits{Names: list([]string{"C"}, []string{"C"}, nil)}},
		{ID: "4", ContactID: 1, Action: api.ActionMerge, MergedIDs: []int64{2}, Changes: api.Edits{Names: list([]string{"A", "B"}, []string{"B"}, nil)}},
		{ID: "4", ContactID: 2, Action: api.ActionMerge, MergedInto: &one},
		{ID: "6", ContactID: 1, Ref: &two, Action: api.ActionPatch, Changes: api.Edits{Locations: list([]string{"X"}, []string{"X"}, nil)}},
		{ID: "7", ContactID: 1, Action: api.ActionPatch, Changes: api.Edits{Locations: list(nil, nil, []string{"X"})}},
	}, []int64{1, 2})
	if len(c.steps) != 4 || c.names[1] != "A" || c.names[2] != "B" {
		t.Fatalf("%+v", c)
	}
	for d := xml.NewDecoder(strings.NewReader(c.draw())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("it is no XML: %v", err)
		}
	}
	merged, added, removed := c.steps[1], c.steps[2], c.steps[3]
	if merged.says != "POST /contacts/1/merge" || merged.by != 0 || merged.leads[2] != 1 || !slices.Equal(merged.shows[1].all(), []string{"A", "B"}) {
		t.Errorf("merged: %+v", merged)
	}
	if added.says != "PATCH /contacts/2" || added.by != 2 || added.whose["B"] != 2 || added.whose["X"] != 2 || !slices.Equal(added.shows[1].all(), []string{"A", "B", "X"}) {
		t.Errorf("added: %+v", added)
	}
	if removed.by != 1 || !slices.Equal(removed.gone[1], []string{"X"}) || !slices.Equal(removed.shows[1].all(), []string{"A", "B"}) {
		t.Errorf("removed: %+v", removed)
	}
}
