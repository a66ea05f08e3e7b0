package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/store"
)

// meanwhile does something once, when a feed has been read.
type meanwhile struct {
	store.Backend
	do func()
}

func (b *meanwhile) Feed(ctx context.Context, s store.Stretch) (store.FeedWalk, error) {
	walk, err := b.Backend.Feed(ctx, s)
	if do := b.do; do != nil {
		b.do = nil
		do()
	}
	return walk, err
}

// Who waits for news when the server stops is answered that there are none, also where
// others of the Space make their pages at that moment: it waits for those.
func TestFollowerIsToldOfTheEnd(t *testing.T) {
	stopping, stop := context.WithCancel(t.Context())
	b := &meanwhile{Backend: openSQLite(t)}
	w := newWorldWith(t, b, httpapi.Options{Stopping: stopping})
	grant, _, err := w.book.Enter(t.Context(), w.secrets["main"], access.List)
	if err != nil {
		t.Fatal(err)
	}
	pages := max(1, runtime.GOMAXPROCS(0)/2) // of one Space at once
	b.do = func() {
		for range pages {
			if err := w.book.BeginPage(t.Context(), grant); err != nil {
				t.Error(err)
			}
		}
		stop()
	}
	answered := make(chan int, 1)
	go func() {
		r := httptest.NewRequest(http.MethodGet, "/public-api/v1/changes?wait=20", nil)
		r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, r)
		answered <- answer.Code
	}()
	<-stopping.Done()
	for range 10_000 {
		runtime.Gosched() // so that it comes to where it waits
	}
	for range pages {
		w.book.EndPage(grant)
	}
	if code := <-answered; code != http.StatusOK {
		t.Errorf("answered %d", code)
	}
}
