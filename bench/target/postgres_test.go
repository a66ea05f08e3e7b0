package target

import (
	"fmt"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/bench/people"
)

func TestIDsOf(t *testing.T) {
	row := func(space, id, i int) string {
		return fmt.Sprintf("%d|%d|%s\n", space, id, people.AppendEmail(nil, i, people.Start(i)))
	}
	good := row(1, 7, 40) + row(2, 5, 1)
	for i := range 40 {
		if i != 1 {
			good += row(i%2+1, 100+i, i)
		}
	}
	ids, err := idsOf(good, 41, 2)
	if err != nil || ids[40] != 7 || ids[1] != 5 || ids[39] != 139 || slices.Contains(ids, 0) {
		t.Errorf("%v, %v", ids, err)
	}
	for name, bad := range map[string]string{
		"none":          "",
		"one twice":     row(1, 7, 0) + row(1, 8, 0),
		"another Space": row(2, 7, 0) + row(2, 5, 1),
		"one too many":  row(1, 7, 0) + row(2, 5, 1) + row(1, 9, 2),
		"no email":      "1|7|\n2|5|x\n",
	} {
		if ids, err := idsOf(bad, 2, 2); err == nil {
			t.Errorf("%s: %v", name, ids)
		}
	}
}
