package wire

import "github.com/carnet-project/carnet/internal/fault"

// ReadNothing reads a body of which nothing is expected: {} may stand there, and
// whatever is in it is told, because somebody counted on it.
func ReadNothing(body []byte) error {
	r := patchReader{}
	if err := r.members(body, nil, nil); err != nil {
		return err
	}
	return fault.Problems(r.problems)
}
