package store

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// behind is a backend of one Space with so many changes that are not in the index. To read 1000 of them
// takes it a second, in which somebody may ask for something.
type behind struct {
	Backend
	changes contact.Seq
	mark    SearchMark
	asked   func()
	done    chan struct{} // closed when all is folded
}

func (b *behind) Readers() int                     { return 2 }
func (b *behind) Watch(func(error))                {}
func (b *behind) Close() error                     { return nil }
func (b *behind) Lane(space contact.SpaceID) int64 { return 1 }
func (b *behind) Unfolded(_ context.Context, after contact.SpaceID, _ int) ([]contact.SpaceID, error) {
	return []contact.SpaceID{1}[min(1, after):], nil
}

func (b *behind) SearchMark(context.Context, contact.SpaceID) (SearchMark, error) { return b.mark, nil }

func (b *behind) SpaceNow(context.Context, contact.SpaceID) (access.Space, access.Usage, bool, error) {
	return access.Space{ID: 1}, access.Usage{}, true, nil
}

func (b *behind) Touched(_ context.Context, _ contact.SpaceID, after contact.Seq, limit int) (list []Touch, err error) {
	time.Sleep(time.Second)
	b.asked()
	for seq := after + 1; seq <= b.changes && len(list) < limit; seq++ {
		list = append(list, Touch{Seq: seq, Contact: 7})
	}
	return list, nil
}

func (b *behind) Searched(context.Context, contact.SpaceID, []contact.ID) ([]record.Searched, error) {
	return nil, nil
}

func (b *behind) Contacts(context.Context, contact.SpaceID, []contact.ID) ([]Led, error) {
	return nil, nil
}

func (b *behind) Contact(context.Context, contact.SpaceID, contact.ID) (record.Contact, bool, error) {
	return record.Contact{}, false, nil
}

func (b *behind) SaveSearch(_ context.Context, s *SearchSave) error {
	if b.mark = s.Mark; b.mark.Seq == b.changes {
		close(b.done)
	}
	return nil
}

// What folds rests where anybody asks for anything, and where nobody does it does not: by a clock that
// stands while anything works.
func TestFolderRests(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked bool
		want  time.Duration
	}{
		{"nobody asks", false, 5 * time.Second},
		{"somebody asks", true, (5 + 4*foldShare) * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &behind{changes: 5 * foldedChanges, done: make(chan struct{})}
				s := New(b, Options{})
				b.asked = func() {
					if !c.asked {
						return
					}
					if _, _, err := s.reads.Contact(t.Context(), 1, 7); err != nil {
						t.Error(err)
					}
				}
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				began := time.Now()
				var working sync.WaitGroup
				working.Go(func() { s.KeepFolded(ctx) })
				<-b.done
				if took := time.Since(began); took != c.want {
					t.Errorf("it took %v, not %v", took, c.want)
				}
				stop()
				working.Wait()
			})
		})
	}
}
