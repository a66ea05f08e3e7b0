package book

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// What docs/format.md shows of plans is read and written as it stands there, and the page
// tells of each member.
func TestPlansOfThePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Plans\n")
	section, _, _ = strings.Cut(section, "\n## ")
	page, block, found := strings.Cut(section, "```plan\n")
	block, _, _ = strings.Cut(block, "\n```")
	lines := strings.Split(block, "\n")
	if !found || len(lines) != 3 {
		t.Fatal("the page has no example of a plan and two rows")
	}
	for i, to := range []any{&Plan{}, &decided{}, &decided{}} {
		if err := json.Unmarshal([]byte(lines[i]), to, json.RejectUnknownMembers(true)); err != nil {
			t.Errorf("line %d: %v", i, err)
		}
		if written, err := json.Marshal(to, json.Deterministic(true)); err != nil || string(written) != lines[i] {
			t.Errorf("line %d: %v, stored is\n%s\nthe page has\n%s", i, err, written, lines[i])
		}
	}
	told := 0
	for _, of := range []any{Plan{}, PlanActor{}, PlanTold{}, Undone{}, Wanted{}, PlanCondition{}, decided{}, shown{}} {
		for field := range reflect.TypeOf(of).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if told++; name == "" || !strings.Contains(page, "`"+name+"`") {
				t.Errorf("the page does not tell what %q of %T is", name, of)
			}
		}
	}
	if told < 30 {
		t.Errorf("%d members: this test looks in the wrong place", told)
	}
	for _, state := range []PlanState{PlanReceiving, PlanBuilding, PlanReady, PlanApplying, PlanApplied, PlanCancelled, PlanFailed, PlanDiscarded} {
		if !strings.Contains(page, "`"+string(state)+"`") {
			t.Errorf("the page does not tell of the state %s", state)
		}
	}
	for _, result := range RowResults {
		if !strings.Contains(page, "`"+string(result)+"`") {
			t.Errorf("the page does not tell of the result %s", result)
		}
	}
}
