package api

import (
	"context"
	"net/http"
	"time"
)

// Receipt says that a contact was erased for good, and how far that is. Of a dry run it
// has neither a time nor a job.
type Receipt struct {
	ID         int64      `json:"id"`
	ErasedAt   *time.Time `json:"erased_at"`
	ScrubbedAt *time.Time `json:"scrubbed_at"`       // since when no file of the server's database holds a copy of it; nil for not yet
	JobID      *int64     `json:"job_id"`            // the job that takes out what others had of it, for FollowJob
	Removals   *int       `json:"removals,omitzero"` // with DryRun alone: how many values and custom fields would go
	ChangeID   string     `json:"-"`                 // names the erase in the history, which nothing undoes
	RequestID  string     `json:"-"`
}

// Erase erases a contact for good, with all ids that lead to it and its history: nothing
// brings it back. It takes the contact's own id (else CodeAlias), and a key with the scope
// contacts:erase. Asked again it gives the same receipt, so it needs no name: it takes
// IfMatch, MaxRemovals, DryRun, WithActor and WithReason.
func (c *Client) Erase(ctx context.Context, id int64, options ...WriteOption) (Receipt, error) {
	r := &request{method: http.MethodPost, path: contactPath(id) + "/erase", header: http.Header{}, same: true}
	for _, o := range options {
		o(r)
	}
	delete(r.header, keyHeader)
	var receipt Receipt
	h, err := c.do(ctx, r, &receipt)
	if err != nil {
		return Receipt{}, err
	}
	receipt.ChangeID, receipt.RequestID = h.Get("X-Change-Id"), h.Get("X-Request-Id")
	return receipt, nil
}
