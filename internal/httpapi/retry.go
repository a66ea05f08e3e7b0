package httpapi

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/fault"
)

// retryKey reads the name of a write that may be sent again (CONTRACT D32); "" where it
// has none.
func retryKey(h http.Header, terms *book.Terms) []fault.Problem {
	values := h["Idempotency-Key"]
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 || !book.ParseRetryKey(values[0]) {
		return []fault.Problem{{Path: "Idempotency-Key", Code: fault.CodeHeaderInvalid,
			Message: "Send Idempotency-Key once, as 1 to " + strconv.Itoa(book.MaxRetryKey) + " visible ASCII characters without spaces, such as a UUID."}}
	}
	terms.Retry = &book.Retry{Key: values[0]}
	return nil
}

// fingerprint makes of all that a write asks what its repetition is known by.
func (r *request) fingerprint(body []byte) {
	if r.terms.Retry == nil {
		return
	}
	sum := r.beginFingerprint()
	sum.Write(body)
	sum.Sum(r.terms.Retry.Fingerprint[:0])
}

// beginFingerprint gives a hash of all but the body, which is the last of it.
func (r *request) beginFingerprint() hash.Hash {
	sum := sha256.New()
	for _, parts := range [][]string{{r.Method, r.URL.EscapedPath(), r.URL.RawQuery}, r.Header["If-Match"], r.Header["X-Base-Version"]} {
		sum.Write(binary.AppendUvarint(nil, uint64(len(parts))))
		for _, part := range parts {
			sum.Write(binary.AppendUvarint(nil, uint64(len(part))))
			sum.Write([]byte(part))
		}
	}
	return sum
}

// setReplayed says that an answer is that of an earlier request.
func setReplayed(h http.Header, replayed bool) {
	if replayed {
		h["Idempotency-Replayed"] = []string{"true"}
	}
}
