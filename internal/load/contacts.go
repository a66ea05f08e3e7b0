package load

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/carnet-project/carnet/api"
)

// Every contact that a load test has made bears this email and a name that
// begins so. They are how a later one finds it again, and people know it by.
const (
	marker     = "carnet-bench@example.com"
	namePrefix = "Carnet Bench "
)

// maxPage is how many contacts a page can have.
const maxPage = 5000

// Existing gives the ids of at most n contacts of the Space, the newest.
func Existing(ctx context.Context, c *api.Client, n int) ([]int64, error) {
	return listed(ctx, c, api.Query{}, n)
}

// Own gives the ids of n contacts that load tests have made, and how many of
// them it had to make for that, so many at a time. Where it fails, those that
// it made stay.
func Own(ctx context.Context, c *api.Client, n, atOnce int) (ids []int64, made int, err error) {
	ids, err = listed(ctx, c, api.Query{Email: new(marker)}, n)
	if err != nil {
		return nil, 0, err
	}
	first := len(ids)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range min(atOnce, n-first) {
		all.Go(func() {
			for i := range next {
				// One that was begun is finished, so that made is the truth.
				r, err := c.Create(context.WithoutCancel(ctx), person(i, 0, 0), actor)
				if err != nil {
					stop(err)
					return
				}
				mu.Lock()
				ids = append(ids, r.Contact.ID)
				made++
				mu.Unlock()
			}
		})
	}
	for i := first; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	all.Wait()
	return ids, made, context.Cause(ctx)
}

// listed gives at most n ids of a list. Of those that a query by the marker
// finds, only what bears the name as well is ours.
func listed(ctx context.Context, c *api.Client, q api.Query, n int) (ids []int64, err error) {
	q.PerPage = min(n, maxPage)
	for row, err := range c.All(ctx, q) {
		if err != nil {
			return nil, err
		}
		if q.Email == nil || row.Name != nil && strings.HasPrefix(*row.Name, namePrefix) {
			ids = append(ids, row.ID)
		}
		if len(ids) == n {
			break
		}
	}
	return ids, nil
}

// actor is who the history names.
var actor = api.WithActor("carnet bench")

// person is the content of the contact with a number, in a round: 2 emails, a
// phone, a name, a location and 12 custom fields, all made up. Each round
// changes the location and half of the custom fields, and in every other one an
// email. Rounds of different runs differ by run.
func person(number, round int, run uint32) api.Patch {
	fields := api.CustomFields{
		"profile_field_16": 10_000 + round%10_000,
		"profile_field_17": fmt.Sprintf("%d.25", number),
		"profile_field_26": fmt.Sprintf("2026-01-%02d", 1+round%28),
		"profile_field_27": fmt.Sprintf("19%02d-05-17", number%100),
	}
	for slot := 1; slot <= 8; slot++ {
		text := fmt.Sprintf("Text %d of contact %05d", slot, number)
		if slot%2 == 1 {
			text += fmt.Sprintf(", %08x-%05d", run, round)
		}
		fields[fmt.Sprintf("profile_field_%d", slot)] = text
	}
	return api.Patch{
		Emails:       api.Values(fmt.Sprintf("carnet-bench-%05d-%08x-%05d@example.com", number, run, (round+number%2)/2), marker),
		Phones:       api.Values(fmt.Sprintf("+1 206 555 01%02d", number%100)), // reserved for fiction
		Names:        api.Values(fmt.Sprintf("%s%05d", namePrefix, number)),
		Locations:    api.Values(fmt.Sprintf("%d Example Street, Springfield", 10_000+round)),
		CustomFields: &fields,
	}
}
