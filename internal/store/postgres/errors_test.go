package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// secret stands in messages of the server where a value may stand.
const secret = "ada@example.com"

func state(code string) error {
	return &pgconn.PgError{Severity: "ERROR", Code: code, Message: "the value " + secret, Detail: secret, ConstraintName: secret}
}

var reset = &net.OpError{Op: "read", Net: "unix", Err: syscall.ECONNRESET}

// What an error becomes: before COMMIT, and of COMMIT itself.
var errorTable = []struct {
	name           string
	err            error
	before, commit string
}{
	{"serialization_failure", state("40001"), "conflict", "conflict"},
	{"deadlock_detected", state("40P01"), "conflict", "conflict"},
	{"statement_completion_unknown", state("40003"), "odd", "odd"},
	{"lock_not_available", state("55P03"), "conflict", "odd"},
	{"query_canceled", state("57014"), "conflict", "odd"},
	{"idle_in_transaction_session_timeout", state("25P03"), "conflict", "conflict"},
	{"in_failed_sql_transaction", state("25P02"), "odd", "odd"},
	{"unique_violation", state("23505"), "refused", "refused"},
	{"check_violation", state("23514"), "refused", "refused"},
	{"not_null_violation", state("23502"), "refused", "odd"},
	{"a text with NUL or no UTF-8", state("22021"), "refused", "odd"},
	{"numeric_value_out_of_range", state("22003"), "refused", "odd"},
	{"a key too long for an index", state("54000"), "refused", "odd"},
	{"disk_full", state("53100"), "storage_full", "odd"},
	{"out_of_memory", state("53200"), "database_busy", "odd"},
	{"too_many_connections", state("53300"), "database_busy", "odd"},
	{"read_only_sql_transaction", state("25006"), "read_only", "odd"},
	{"admin_shutdown", state("57P01"), "conflict", "odd"},
	{"crash_shutdown", state("57P02"), "conflict", "odd"},
	{"cannot_connect_now", state("57P03"), "database_busy", "odd"},
	{"connection_failure", state("08006"), "database_busy", "odd"},
	{"protocol_violation, as poolers give it", state("08P01"), "database_busy", "odd"},
	{"internal_error, as clusters give it", state("XX000"), "odd", "odd"},
	{"undefined_table", state("42P01"), "odd", "odd"},
	{"no code", state(""), "odd", "odd"},
	{"reset", reset, "conflict", "odd"},
	{"reset, wrapped", fmt.Errorf("receive: %w", reset), "conflict", "odd"},
	{"the end", io.ErrUnexpectedEOF, "conflict", "odd"},
	{"closed, and safe to try again as the driver says", safe{}, "conflict", "odd"},
	{"too late", context.DeadlineExceeded, "database_busy", "odd"},
	{"given up", context.Canceled, "odd", "odd"},
	{"something else with " + secret, errors.New(secret), "odd", "odd"},
}

// safe is what pgx gives where the answer to a COMMIT was lost.
type safe struct{}

func (safe) Error() string     { return "conn closed" }
func (safe) SafeToRetry() bool { return true }

func classOf(err error) string {
	e, ours := errors.AsType[*fault.Error](err)
	switch {
	case ours && e.Kind != fault.Unavailable:
		return "a kind that says nothing of whether it was done"
	case ours && e.RetryAfter <= 0:
		return "no time to wait"
	case ours:
		return string(e.Code)
	case errors.Is(err, store.ErrConflict):
		return "conflict"
	case errors.Is(err, store.ErrRefused):
		return "refused"
	}
	return "odd"
}

func TestErrors(t *testing.T) {
	for _, e := range errorTable {
		before, commit := explain("save", e.err), explainCommit(e.err)
		if classOf(before) != e.before || classOf(commit) != e.commit {
			t.Errorf("%s: %q, and of a commit %q; want %q and %q", e.name, classOf(before), classOf(commit), e.before, e.commit)
		}
		for _, err := range []error{before, commit} {
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: a value is repeated: %v", e.name, err)
				}
			}
		}
	}
	if explain("save", nil) != nil || explainCommit(nil) != nil {
		t.Error("no error becomes one")
	}
	for _, err := range []error{store.ErrNoRow, store.ErrConflict} {
		if explain("save", err) != err {
			t.Errorf("%v does not stay what it is", err)
		}
	}
	if err := explain("list", context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("%v: who gave up must be known", err)
	}
	for in, want := range map[error]string{fmt.Errorf("a: %w", store.ErrConflict): "database_busy", store.ErrRefused: "refused", nil: "odd"} {
		if got := classOf(final(in)); got != want {
			t.Errorf("%v ends as %q, want %q", in, got, want)
		}
	}
}
