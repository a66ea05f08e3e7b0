package target

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/load"
)

// Each question finds some contacts and not all, but for the one that nobody answers; an
// export has all, and a file of as many rows is planned and applied.
func TestFindExportAndImport(t *testing.T) {
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
	for op, none := range map[Op]int{Filter: 0, Search: 1} {
		makes, err := c.Make(op)
		if err != nil {
			t.Fatal(err)
		}
		next, answers := makes(0, rand.New(rand.NewPCG(1, 1))), map[string]bool{}
		for range Questions[op] {
			request, want := next(nil)
			status, body, err := conn.Ask(request)
			if err != nil || status != want {
				t.Fatal(status, err)
			}
			var page struct {
				Data []struct{ ID int64 } `json:"data"`
			}
			if err := json.Unmarshal(body, &page); err != nil || len(page.Data) > 25 {
				t.Errorf("%v: %d contacts", err, len(page.Data))
			}
			if len(page.Data) == 0 {
				none--
			}
			answers[string(body)] = true
		}
		if len(answers) != len(Questions[op]) || none != 0 {
			t.Errorf("%s: %d answers to %d questions, %d more or fewer of them empty than there should be", op, len(answers), len(Questions[op]), none)
		}
	}
	if n, err := c.Export(ctx); err != nil || n != 1000 {
		t.Errorf("an export has %d contacts: %v", n, err)
	}
	for _, op := range Imports {
		measured := 0
		n, err := c.Import(ctx, op, func() { measured++ }, func() { measured++ })
		if err != nil || n != 1000 || measured != 2 {
			t.Errorf("%s: %d rows, begun and ended %d times: %v", op, n, measured, err)
		}
	}
	if _, err := (&Target{Name: "naive"}).Make(Filter); err == nil {
		t.Error("what has no filters is asked for them")
	}
}
