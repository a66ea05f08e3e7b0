package httpapi_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/store"
)

// busy is a backend that knows more changes by the ids of a contact than an unmerge
// takes with it.
type busy struct{ store.Backend }

func (b busy) Through(_ context.Context, _ contact.SpaceID, _ []contact.ID, after contact.Seq, limit int) ([]contact.Seq, error) {
	seqs := make([]contact.Seq, min(limit, 20_000))
	for i := range seqs {
		seqs[i] = after + contact.Seq(i) + 1
	}
	return seqs, nil
}

// CONTRACT D30.
func TestHistoryTooLong(t *testing.T) {
	w := newWorldWith(t, busy{openSQLite(t)}, httpapi.Options{})
	for _, step := range []struct {
		path, body string
		status     int
	}{
		{"/contacts", `{"names":["A"]}`, 201}, {"/contacts", `{"names":["B"]}`, 201}, {"/contacts/1/merge", `{"merged_id":2}`, 200},
	} {
		if res := w.do(t.Context(), "POST", step.path, step.body); res.Code != step.status {
			t.Fatalf("%s: %d %s", step.path, res.Code, res.Body)
		}
	}
	res := w.do(t.Context(), "POST", "/contacts/1/unmerge", `{"merged_id":2}`)
	if res.Code != 409 || !strings.Contains(res.Body.String(), `"code":"history_too_long"`) {
		t.Errorf("%d %s", res.Code, res.Body)
	}
}
