package wire

import "github.com/carnet-project/carnet/internal/fault"

// ReadNothing reads a body of which nothing is expected: {} may stand there, and
// whatever is in it is told, because somebody counted on it.
func ReadNothing(body []byte) error {
	r := patchReader{}
	if !r.start(body) {
		return r.err
	}
	for {
		t, more := r.next()
		if !more {
			break
		}
		name := t.String()
		r.unknownMember("body", name, " Nothing belongs into this body.")
		r.skip(r.token().Kind())
	}
	r.end()
	if r.err != nil {
		return r.err
	}
	return fault.Problems(r.problems)
}
