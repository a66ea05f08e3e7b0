package load

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// space is a server with contacts that are somebody's, and those that load
// tests make.
type space struct {
	t  *testing.T
	mu sync.Mutex
	// names is of all contacts that bear the marker, by id.
	names  map[int64]string
	bodies map[string][]api.Contact // of writes, by method
	query  string                   // of the last list
	limit  int                      // creates beyond so many are refused; 0 for none
}

func newSpace(t *testing.T, names map[int64]string) *space {
	return &space{t: t, names: names, bodies: map[string][]api.Contact{}}
}

func (s *space) serve(r *http.Request) (*http.Response, error) {
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method != "GET" {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		var sent api.Contact
		if err := json.Unmarshal(text, &sent); err != nil {
			s.t.Errorf("%s: %v", r.Method, err)
		}
		if s.limit > 0 && len(s.bodies[r.Method]) == s.limit {
			return answer(429, `{"message":"Too many.","code":"rate_limited"}`)
		}
		s.bodies[r.Method] = append(s.bodies[r.Method], sent)
		if r.Header.Get("X-Actor") != "carnet bench" {
			s.t.Errorf("the history would name %q", r.Header.Get("X-Actor"))
		}
		return answer(200, fmt.Sprintf(`{"id":%d}`, 1000+len(s.bodies[r.Method])))
	}
	if r.URL.Path != "/public-api/v1/contacts" {
		return answer(200, `{"id":1}`)
	}
	s.query = r.URL.RawQuery
	page := api.Page[api.Row]{Data: []api.Row{}}
	for id := int64(1); id < 1000; id++ {
		if name, ok := s.names[id]; ok {
			page.Data = append(page.Data, api.Row{ID: id, Name: &name})
		}
	}
	text, err := json.Marshal(page)
	if err != nil {
		return nil, err
	}
	return answer(200, string(text))
}

// TestOwn: contacts of an earlier run are used again, the rest is made, and
// nobody else's is ever taken, not even one that bears the marker.
func TestOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSpace(t, map[int64]string{3: "Carnet Bench 00000", 4: "Ada Example", 5: "Carnet Bench 00001"})
		ids, made, err := Own(t.Context(), server(s.serve).client(t), 6, 3)
		slices.Sort(ids)
		if want := []int64{3, 5, 1001, 1002, 1003, 1004}; !slices.Equal(ids, want) || made != 4 || err != nil {
			t.Errorf("%v, made %d, %v; want %v and 4", ids, made, err, want)
		}
		if s.query != "email=carnet-bench%40example.com&per_page=6" {
			t.Errorf("it asked for %s", s.query)
		}
		var names []string
		for _, c := range s.bodies["POST"] {
			names = append(names, c.Names...)
			if len(c.Emails) != 2 || c.Emails[1] != marker || len(c.Phones) != 1 || len(c.Locations) != 1 || len(c.CustomFields) != 12 {
				t.Errorf("made %+v", c)
			}
		}
		slices.Sort(names)
		if want := []string{"Carnet Bench 00002", "Carnet Bench 00003", "Carnet Bench 00004", "Carnet Bench 00005"}; !slices.Equal(names, want) {
			t.Errorf("made %q, want %q", names, want)
		}
		if ids, made, err := Own(t.Context(), server(s.serve).client(t), 1, 3); !slices.Equal(ids, []int64{3}) || made != 0 || err != nil {
			t.Errorf("where there are enough: %v, made %d, %v", ids, made, err)
		}
	})
}

// TestOwnThatFails tells how many there are, and why not more.
func TestOwnThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSpace(t, nil)
		s.limit = 3
		_, made, err := Own(t.Context(), server(s.serve).client(t), 10, 2)
		if code, refused := codeOf(err); made != 3 || code != "rate_limited" || !refused {
			t.Errorf("made %d, %v; want 3 and the limit", made, err)
		}
		s = newSpace(t, nil)
		ctx, stop := context.WithTimeout(t.Context(), 35*time.Millisecond)
		defer stop()
		if _, made, err := Own(ctx, server(s.serve).client(t), 10, 1); err == nil || made != len(s.bodies["POST"]) || made > 4 {
			t.Errorf("told to stop: made %d of %d, %v", made, len(s.bodies["POST"]), err)
		}
	})
}

func TestExisting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSpace(t, map[int64]string{3: "Ada Example", 4: "Grace Example", 5: "Carnet Bench 00001"})
		ids, err := Existing(t.Context(), server(s.serve).client(t), 2)
		if !slices.Equal(ids, []int64{3, 4}) || err != nil || s.query != "per_page=2" {
			t.Errorf("%v, %v, by %s", ids, err, s.query)
		}
	})
}

// TestPuts: every PUT brings something new, and half of them another email.
func TestPuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSpace(t, nil)
		r := Run(t.Context(), Plan{Client: server(s.serve).client(t), Contacts: []int64{1}, Mix: Puts, Connections: 1, Duration: time.Second})
		puts := s.bodies["PUT"]
		if len(puts) != 100 || len(r.Operations) != 1 || r.Operations[0].Name != "put" || r.Operations[0].Latencies.Count() != 100 {
			t.Fatalf("%d PUTs, %d operations", len(puts), len(r.Operations))
		}
		emails := 0
		for i := 1; i < len(puts); i++ {
			before, after := puts[i-1], puts[i]
			if before.Emails[0] != after.Emails[0] {
				emails++
			}
			if before.Locations[0] == after.Locations[0] || before.CustomFields["profile_field_1"] == after.CustomFields["profile_field_1"] {
				t.Fatalf("PUT %d brings nothing new: %v", i, after)
			}
		}
		if emails < 49 || emails > 50 {
			t.Errorf("%d of 99 PUTs brought another email, want half", emails)
		}
	})
}

// TestMixes: who asked for GETs alone gets no PUT.
func TestMixes(t *testing.T) {
	for mix, want := range map[Mix][]string{Gets: {"get"}, Puts: {"put"}, Mixed: {"get", "put"}} {
		synctest.Test(t, func(t *testing.T) {
			s := newSpace(t, nil)
			r := Run(t.Context(), Plan{Client: server(s.serve).client(t), Contacts: []int64{1, 2}, Mix: mix, Connections: 4, Duration: time.Second})
			var got []string
			for _, o := range r.Operations {
				got = append(got, o.Name)
				if o.Latencies.Count() == 0 {
					t.Errorf("%s: no %s was answered", mix, o.Name)
				}
			}
			if !slices.Equal(got, want) || (len(s.bodies["PUT"]) > 0) == (mix == Gets) || r.Total().Latencies.Count() != 400 {
				t.Errorf("%s: %v, %d PUTs, %d answers", mix, got, len(s.bodies["PUT"]), r.Total().Latencies.Count())
			}
		})
	}
}
