package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Error is what the server answered instead of doing what was asked. Find it
// with errors.As, and match on its Code.
type Error struct {
	Status     int                 // of HTTP
	Code       Code                // "" where the answer was not Carnet's: a proxy's, for example
	Message    string              // a sentence for a person
	Errors     map[string][]string // on 422: every problem, by the path of what is wrong ("emails.1"); else nil
	Changes    *Edits              // with CodeTooManyRemovals and CodeOverBudget, what the write would have changed; else nil, here and below
	Conflicts  []Conflict          // with CodeConflict and CodeUndoConflict, what stands in the way
	LeadsTo    int64               // with CodeAlias, the contact that the id leads to
	ChangeID   string              // with CodeAlreadyUndone, the change that undid it
	Results    []OperationResult   // of an Atomic Batch that was refused, of each operation
	RequestID  string              // names the request in the server's log and history; "" where none was given
	RetryAfter time.Duration       // how long to wait before asking again, on 429, 503 and some 507; else 0
}

// Error gives the message with the status, the code and the request id.
func (e *Error) Error() string {
	text := fmt.Sprintf("carnet: %s (%d", e.Message, e.Status)
	if e.Code != "" {
		text += " " + string(e.Code)
	}
	if e.RequestID != "" {
		text += ", request_id " + e.RequestID
	}
	return text + ")"
}

// longestError is how much of an answer that is not good is read.
const longestError = 32 << 20

// errorOf makes an Error of an answer that is not good, whoever sent it.
func errorOf(res *http.Response) *Error {
	var sent sentError
	// Where this fails, the status tells enough.
	body, _ := io.ReadAll(io.LimitReader(res.Body, longestError))
	if json.Unmarshal(body, &sent) != nil || sent.Message == "" || sent.Code == "" {
		sent = sentError{Message: "The answer does not come from Carnet: check the address, and what stands before the server."}
	}
	if sent.RequestID == "" {
		sent.RequestID = res.Header.Get("X-Request-Id")
	}
	e := sent.as(res.StatusCode)
	e.RetryAfter = retryAfter(res.Header)
	return e
}

// sentError is an error as the API answers it, but for its status.
type sentError struct {
	Message   string              `json:"message"`
	Code      Code                `json:"code"`
	Errors    map[string][]string `json:"errors,omitzero"`
	Changes   *Edits              `json:"changes,omitzero"`
	Conflicts []Conflict          `json:"conflicts,omitzero"`
	LeadsTo   int64               `json:"id,omitzero"`
	ChangeID  string              `json:"change_id,omitzero"`
	Results   []OperationResult   `json:"results,omitzero"`
	RequestID string              `json:"request_id,omitzero"`
}

// as makes it the error of an answer, or a result, with a status.
func (s *sentError) as(status int) *Error {
	return &Error{
		Status: status, Code: s.Code, Message: s.Message, Errors: s.Errors,
		Changes: s.Changes, Conflicts: s.Conflicts, LeadsTo: s.LeadsTo, ChangeID: s.ChangeID, Results: s.Results,
		RequestID: s.RequestID,
	}
}

// orNil is as of a result, nil where there is none.
func (s *sentError) orNil() *Error {
	if s == nil {
		return nil
	}
	return s.as(0)
}

// sentOf gives an error as the API answers it; nil for none.
func sentOf(e *Error) *sentError {
	if e == nil {
		return nil
	}
	return &sentError{
		Message: e.Message, Code: e.Code, Errors: e.Errors, Changes: e.Changes, Conflicts: e.Conflicts, LeadsTo: e.LeadsTo,
		ChangeID: e.ChangeID, Results: e.Results, RequestID: e.RequestID,
	}
}
