package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Limits on a Batch. The second holds for Propose too.
const (
	MaxOperations = 1000     // of a Batch
	MaxBatchBody  = 64 << 20 // octets of its JSON, which is little more than that of its operations
)

const batchPath = contactsPath + "/batch"

// BatchResult is the answer to Batch.
type BatchResult struct {
	BatchID   string            // names the batch in the history: see Filter; "" of a dry run
	Results   []OperationResult // of each operation, in their order
	Replayed  bool              // some of it was done by an earlier call, or try, with the same IdempotencyKey
	RequestID string
}

// OperationResult is what became of one operation of a Batch.
type OperationResult struct {
	Status    int       // of HTTP, as the write would have by itself
	ID        int64     // of the contact; 0 where it was refused, or would be new
	Version   int64     // of the contact; 0 where it was refused, or is dry
	ChangeID  string    // names the change in the history, for Undo; "" where nothing changed
	Err       *Error    // why it was refused, and nothing of it done; nil where it was done
	Changes   *Edits    // with DryRun or ReturnChanges, but not where the answer would be too long: what it changed
	Conflicts []Remains // of an Unmerge and of the Undo of a merge, as Split has them; else nil
}

// UnmarshalJSON reads it as the API answers it.
func (r *OperationResult) UnmarshalJSON(text []byte) error {
	var sent struct {
		Status    int        `json:"status"`
		ID        int64      `json:"id"`
		Version   int64      `json:"version"`
		ChangeID  string     `json:"change_id"`
		Error     *sentError `json:"error"`
		Changes   *Edits     `json:"changes"`
		Conflicts []Remains  `json:"conflicts"`
	}
	if err := json.Unmarshal(text, &sent); err != nil {
		return err
	}
	*r = OperationResult{Status: sent.Status, ID: sent.ID, Version: sent.Version, ChangeID: sent.ChangeID, Changes: sent.Changes, Conflicts: sent.Conflicts}
	if sent.Error != nil {
		r.Err = sent.Error.as(sent.Status)
	}
	return nil
}

// Atomic makes a Batch be done as a whole or not at all.
func Atomic() WriteOption { return func(r *request) { r.atomic = true } }

// Batch does up to MaxOperations writes, in their order, each on what those before it
// left. One that is refused says so in its result (OperationResult.Err), and the others
// are done all the same. With Atomic nothing is done then: the error is that of the
// operation that was refused, with Error.Results of all; the others have CodeBatchFailed.
//
// MaxRemovals counts over all operations: the one that would pass it is refused. DryRun
// looks at what all would do, one after the other. What rests on history (Undo, Unmerge,
// BaseVersion) on a contact that an operation before it changes is CodeSplitBatch in a
// batch that is atomic or dry.
//
// The server does the operations some at a time. Where it goes away meanwhile, the batch
// is sent again, and goes on where it ended. The results that still have Status 503 then,
// or 507, were not tried: calling Batch with the same operations and IdempotencyKey
// goes on there.
func (c *Client) Batch(ctx context.Context, operations []Operation, options ...WriteOption) (BatchResult, error) {
	r := &request{method: http.MethodPost, path: batchPath, header: http.Header{}}
	if err := r.with(options); err != nil {
		return BatchResult{}, err
	}
	var err error
	if r.body, err = operationsBody(operations, "Batch", MaxOperations, r.atomic); err != nil {
		return BatchResult{}, err
	}
	for tries := 0; ; tries++ {
		answer, err := c.batch(ctx, r)
		cut := answer.cutOff()
		if err != nil || cut == nil || !r.repeatable() || tries == c.retries {
			return answer, err
		}
		wait := backOff(tries)
		if !roomFor(ctx, wait) {
			return answer, nil
		}
		if c.onRetry != nil {
			c.onRetry(cut, wait)
		}
		if pause(ctx, wait, cut) != nil {
			return answer, nil
		}
	}
}

func (c *Client) batch(ctx context.Context, r *request) (BatchResult, error) {
	var sent struct {
		BatchID string            `json:"batch_id"`
		Results []OperationResult `json:"results"`
	}
	h, err := c.do(ctx, r, &sent)
	if err != nil {
		return BatchResult{}, err
	}
	answer := BatchResult{BatchID: sent.BatchID, Results: sent.Results, Replayed: replayed(h), RequestID: h.Get("X-Request-Id")}
	for i := range answer.Results {
		if e := answer.Results[i].Err; e != nil {
			e.RequestID = answer.RequestID
		}
	}
	return answer, nil
}

// cutOff tells why the rest of a batch was not tried and may be sent again; nil where
// all was.
func (b *BatchResult) cutOff() error {
	if len(b.Results) == 0 {
		return nil
	}
	last := b.Results[len(b.Results)-1]
	if last.Err != nil && (last.Status == http.StatusServiceUnavailable || last.Err.Code == CodeOutcomeUnknown) {
		return last.Err
	}
	return nil
}

// operationsBody writes the body of a batch, or of a plan.
func operationsBody(operations []Operation, what string, most int, atomic bool) ([]byte, error) {
	switch n := len(operations); {
	case n == 0:
		return nil, errors.New("carnet: there are no operations to do")
	case n > most:
		return nil, fmt.Errorf("carnet: %d operations are more than the %d that a %s takes: send the rest in another", n, most, what)
	}
	var b bytes.Buffer
	b.WriteString(`{"operations":[`)
	for i, o := range operations {
		if o == nil {
			return nil, fmt.Errorf("carnet: operations.%d is nil", i)
		}
		text, err := o.text()
		if err != nil {
			return nil, fmt.Errorf("carnet: operations.%d: %s", i, strings.TrimPrefix(err.Error(), "carnet: "))
		}
		if i > 0 {
			b.WriteByte(',')
		}
		if b.Write(text); b.Len() > MaxBatchBody-len(`],"atomic":true}`) {
			return nil, fmt.Errorf("carnet: the operations up to %d are more than the %d bytes that a %s takes: send some of them in another", i, MaxBatchBody, what)
		}
	}
	b.WriteByte(']')
	if atomic {
		b.WriteString(`,"atomic":true`)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
