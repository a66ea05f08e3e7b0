package target

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/load"
)

// Each question of the filter finds some contacts and not all, and an export has all.
func TestFindAndExport(t *testing.T) {
	e := env(t)
	ctx := t.Context()
	if err := e.BuildCarnet(ctx); err != nil {
		t.Fatal(err)
	}
	c, err := e.Carnet(ctx, "carnet", 1000, 1)
	if err == nil {
		err = c.Start(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	conn, err := load.Dial(c.Addr(), time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	makes, err := c.Make(Filter)
	if err != nil {
		t.Fatal(err)
	}
	next, answers := makes(0, rand.New(rand.NewPCG(1, 1))), map[string]bool{}
	for range Questions {
		request, want := next(nil)
		status, body, err := conn.Ask(request)
		if err != nil || status != want {
			t.Fatal(status, err)
		}
		var page struct {
			Data []struct{ ID int64 } `json:"data"`
		}
		if err := json.Unmarshal(body, &page); err != nil || len(page.Data) == 0 || len(page.Data) > 25 {
			t.Errorf("%v: %d contacts", err, len(page.Data))
		}
		answers[string(body)] = true
	}
	if len(answers) != len(Questions) {
		t.Errorf("%d answers to %d questions", len(answers), len(Questions))
	}
	if n, err := c.Export(ctx); err != nil || n != 1000 {
		t.Errorf("an export has %d contacts: %v", n, err)
	}
	if _, err := (&Target{Name: "naive"}).Make(Filter); err == nil {
		t.Error("what has no filters is asked for them")
	}
}
