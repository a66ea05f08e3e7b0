package httpapi

import (
	"net/http/httptest"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// FAULT A3: what is free is free whatever capacity the buffer comes with. Those of answers
// are of any.
func TestBodiesGrowWithinWhatIsFree(t *testing.T) {
	for _, was := range []int{4 << 10, 32 << 10, 32<<10 + 1, 40_960, 57_344, freeBytes - 1, freeBytes, freeBytes + 1} {
		a := &api{shares: newShares(1, 2)}
		r := &request{Request: httptest.NewRequest("PUT", "/", nil)}
		buf := make([]byte, was)
		err := a.makeRoom(r, &buf)
		switch free := was < freeBytes; {
		case free && (err != nil || cap(buf) <= was || r.taken.bytes != 0):
			t.Errorf("%d octets: %v, room for %d, %d are counted", was, err, cap(buf), r.taken.bytes)
		case !free && fault.KindOf(err) != fault.Unavailable:
			t.Errorf("%d octets: %v", was, err)
		}
	}
}
