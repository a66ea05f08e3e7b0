package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

const (
	benchClients  = 64
	benchContacts = 10_000
)

// BenchmarkPut measures writes without HTTP: 64 clients, each of which puts
// other values into a random contact as soon as it is answered. The contacts are
// those that the backend has, in all its Spaces; where it has none, a few are
// made in so many Spaces. It closes the backend.
func BenchmarkPut(b *testing.B, backend store.Backend, spaces int) {
	s := store.New(backend, store.Options{})
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	ids := benchIDs(b, backend)
	if len(ids) == 0 {
		benchFill(b, s, spaces)
		ids = benchIDs(b, backend)
	}
	list, err := backend.Spaces(bg)
	if err != nil {
		b.Fatal(err)
	}
	steps := make([]atomic.Int64, len(ids))
	start := time.Now().Unix() // so that no value is there already
	b.Run(fmt.Sprintf("spaces=%d", len(list)), func(b *testing.B) {
		var all sync.WaitGroup
		var next atomic.Int64
		took := make([][]time.Duration, benchClients)
		b.ResetTimer()
		for client := range benchClients {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(start), uint64(client)))
				for next.Add(1) <= int64(b.N) {
					i := random.IntN(len(ids))
					p := benchPatch(i, start+steps[i].Add(1))
					begun := time.Now()
					out, err := s.Do(bg, suite.Write(suite.NewRequest(), ids[i].Space, &contact.Put{Ref: ids[i].ID, Patch: p}))
					if took[client] = append(took[client], time.Since(begun)); err != nil || out[0].Op == 0 {
						b.Errorf("a PUT: %+v, %v", out, err)
						return
					}
				}
			})
		}
		all.Wait()
		b.StopTimer()
		if b.Failed() {
			return
		}
		times := slices.Sorted(slices.Values(slices.Concat(took...)))
		b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "ops/s")
		for _, q := range []struct {
			unit string
			of   float64
		}{{"p50-ms", 0.5}, {"p99-ms", 0.99}, {"p99.9-ms", 0.999}, {"max-ms", 1}} {
			at := int(q.of * float64(len(times)-1))
			b.ReportMetric(float64(times[at].Nanoseconds())/1e6, q.unit)
		}
	})
}

// benchIDs gives all live contacts.
func benchIDs(b *testing.B, backend store.Backend) (ids []store.ContactID) {
	b.Helper()
	spaces, err := backend.Spaces(bg)
	if err != nil {
		b.Fatal(err)
	}
	for _, space := range spaces {
		for last := contact.ID(0); ; {
			walk, err := backend.List(bg, store.Listing{Space: space.ID, After: last, OldestFirst: true, Limit: 5000})
			if err != nil {
				b.Fatal(err)
			}
			if len(walk.Rows) == 0 {
				break
			}
			for i := range walk.Rows {
				last = walk.Rows[i].ID
				ids = append(ids, store.ContactID{Space: space.ID, ID: last})
			}
		}
	}
	return ids
}

func benchFill(b *testing.B, s *store.Store, spaces int) {
	b.Helper()
	var ids []contact.SpaceID
	for range spaces {
		sp, err := s.CreateSpace(bg, access.Act{Who: "test"}, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active, Created: 1})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, sp.ID)
	}
	var all sync.WaitGroup
	var next atomic.Int64
	for range benchClients {
		all.Go(func() {
			for i := int(next.Add(1)); i <= benchContacts; i = int(next.Add(1)) {
				if _, err := s.Do(bg, suite.Write(suite.NewRequest(), ids[i%spaces], &contact.Create{Patch: benchPatch(i, 0)})); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// benchPatch is what the benchmark over HTTP sends, too: all collections and 12
// custom fields, of which a step changes six, and every second one an email.
func benchPatch(i int, step int64) contact.Patch {
	var p contact.Patch
	set := func(col contact.Collection, texts ...string) {
		p.Values[col] = contact.List{Sent: true, Texts: texts}
	}
	set(contact.Emails, fmt.Sprintf("ada.example.%d.%d@example.com", i, step/2), fmt.Sprintf("example+%d@example.org", i))
	set(contact.Phones, fmt.Sprintf("+1 %d-555-01%02d", 201+i/100%750, i%100))
	set(contact.Names, "Ada Example")
	set(contact.Locations, "Turku, Finland")
	p.Fields.Sent = true
	field := func(slot contact.Slot, text string) {
		p.Fields.Named[slot.Index()], p.Fields.Texts[slot.Index()] = true, text
	}
	for slot := contact.Slot(1); slot <= 4; slot++ {
		field(slot, "Note "+strconv.FormatInt(step, 10)+" on Enterprise, paid each year")
		field(slot+4, "Team of five, paid monthly, no. "+strconv.Itoa(8*i+int(slot)))
	}
	field(16, fmt.Sprintf("%d.%d", i%1000, 1+step%9))
	field(17, strconv.Itoa(100+i))
	field(26, fmt.Sprintf("%d-01-%02d", 2020+i%7, 1+step%28))
	field(27, fmt.Sprintf("%d-02-03", 1950+i%50))
	return p
}
