package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/demo"
	"github.com/carnet-project/carnet/internal/server"
)

const (
	demoPeople = 1000
	demoLimit  = 6000 // requests a minute: playing is not punished, and the headers still show
	demoAtOnce = 64   // creates that may share a commit
	demoMerges = 12   // of those who were entered twice; the others are left to find
)

type demoCommand struct {
	Listen string `default:"${listen}" placeholder:"HOST:PORT" help:"Where to listen, on this machine. Default: ${listen}."`
}

// Validate refuses --db, which would otherwise be ignored without a word.
func (c *demoCommand) Validate(parsed *kong.Context) error {
	for _, step := range parsed.Path {
		if step.Flag != nil && step.Flag.Name == "db" {
			return errors.New("the demo makes a database of its own: leave --db out")
		}
	}
	return checkListen(c.Listen)
}

// Run serves until the program is told to stop, and leaves nothing behind.
func (c *demoCommand) Run(in *surroundings) (err error) {
	dir, err := os.MkdirTemp("", "carnet-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := server.Open(in.ctx, server.Config{
		Database: filepath.Join(dir, "demo.db"), Listen: c.Listen, Log: in.log})
	if err != nil {
		return err
	}
	if err := c.greet(in, s); err != nil {
		if in.ctx.Err() != nil {
			err = nil // told to stop before it began
		}
		return errors.Join(err, s.Close())
	}
	return s.Run(in.ctx)
}

func (c *demoCommand) greet(in *surroundings, s *server.Server) error {
	told, err := fill(in.ctx, s.Book())
	if err != nil {
		return err
	}
	fmt.Fprintf(in.stdout, `Carnet serves %d made-up contacts at %s
They are thrown away when you stop it with Ctrl-C. The API key:

  %s

Paste these into another terminal, one after the other:
`, demoPeople, s.URL(), told.key.Reveal())
	for i, step := range told.story(s.URL()) {
		fmt.Fprintf(in.stdout, "\n%d. %s\n\n%s\n", i+1, step.says, step.line)
	}
	return nil
}

// tale is what the demo's story is about.
type tale struct {
	key         access.Secret
	hero, alias contact.ID  // alias was merged into hero
	last        contact.Seq // the newest change before the story begins
}

// step is a part of the story.
type step struct{ says, line string }

// story shows in five requests what the product promises so far. Each tells
// about the ones before it.
func (t tale) story(url string) []step {
	ask := func(path string) string { return curl(url, t.key, "GET", path, "") }
	put := func(body string) string { return curl(url, t.key, "PUT", fmt.Sprintf("/contacts/%d", t.hero), body) }
	return []step{
		{fmt.Sprintf("Contact %d was merged into contact %d. Its old id works for ever: this answers contact %d.", t.alias, t.hero, t.hero),
			ask(fmt.Sprintf("/contacts/%d", t.alias))},
		{"Wipe its emails. Phones, names and the rest stay. X-Change-Id names the change, ETag is the new version.",
			put(`{"emails":[]}`)},
		{"Nothing is lost by that: the history knows what was there, who wiped it, and when.",
			ask(fmt.Sprintf("/contacts/%d/changes?per_page=1", t.hero))},
		{"A typo, which could have wiped something, is refused and explained.",
			put(`{"email":["typo@example.com"]}`)},
		{"Follow the whole book from where you began. Paste it again with the next_after of the answer as after, and it waits for what comes next.",
			ask(fmt.Sprintf("/changes?after=%d&wait=30", t.last))},
	}
}

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
	if space, err = b.CreateSpace(ctx, space); err != nil {
		return t, err
	}
	k, key, err := b.CreateKey(ctx, access.APIKey{Space: space.ID, Name: "demo"})
	if err != nil {
		return t, err
	}
	g := access.Grant{Key: k, Space: space}
	people := demo.People(1, demoPeople)
	pairs := twins(people)
	// The pair of the story comes first, one after the other, so that its ids
	// are the same every time.
	first := pairs[0]
	people[0], people[first[0]] = people[first[0]], people[0]
	people[1], people[first[1]] = people[first[1]], people[1]
	ids := make([]contact.ID, len(people))
	for _, part := range [][2]int{{0, 1}, {1, 2}, {2, len(people)}} {
		if err := createAll(ctx, b, g, people[:part[1]], ids, part[0]); err != nil {
			return t, err
		}
	}
	for _, pair := range twins(people)[:demoMerges] {
		by := book.Attribution{RequestID: fmt.Sprintf("demo-merge-%d", pair[1]), Name: "Demo", Reason: "entered twice"}
		w, err := b.Merge(ctx, g, by, ids[pair[0]], ids[pair[1]], book.Match{})
		if err != nil {
			return t, err
		}
		t.last = w.Change.Op + 1 // a merge has two entries
	}
	t.key, t.hero, t.alias = key, ids[0], ids[1]
	return t, nil
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
		key := contact.MatchKey(contact.Emails, emails[0], "")
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
			w, err := b.Create(ctx, g, book.Attribution{RequestID: fmt.Sprintf("demo-%d", i)}, &people[i])
			ids[i], errs[i] = w.Contact.ID, err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
