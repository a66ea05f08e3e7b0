package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// explain maps an error of anything but a COMMIT to what the store knows, by
// its SQLSTATE and its type, never by its text. Whatever it is, nothing was
// committed.
func explain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case known(err):
		return err
	}
	cause := because(doing, err)
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unreachable(cause) // whatever the reason: it may be mended while we run
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refusal(pg.Code, cause)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable(fault.CodeDatabaseBusy, "The database did not answer in time: nothing was done. Send it again in a moment.", cause)
	case errors.Is(err, context.Canceled):
		return cause
	case lost(err):
		return cut(cause)
	}
	return cause
}

// corrupt says of a row that it cannot be understood, without its values.
type corrupt struct{ error }

// known tells whether an error is one of ours already.
func known(err error) bool {
	if _, ok := errors.AsType[corrupt](err); ok {
		return true
	}
	return errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrRefused) || errors.Is(err, store.ErrNoRow) ||
		fault.KindOf(err) == fault.Unavailable
}

// refusal maps the SQLSTATE of a statement that failed.
func refusal(code string, cause error) error {
	switch code {
	case "40001", "40P01", // serialization_failure, deadlock_detected
		"55P03", "57014", // lock_not_available, query_canceled: it waited too long
		"25P03": // idle_in_transaction_session_timeout: the server ended the transaction
		return fmt.Errorf("%w: %w", store.ErrConflict, cause)
	case "53100": // disk_full
		return unavailable(fault.CodeStorageFull, "The disk is full: the write was not done. Reading still works.", cause)
	case "25006": // read_only_sql_transaction: a standby, or a primary that was told so
		return unavailable(fault.CodeReadOnly, "The database cannot be written to: the write was not done. Reading still works.", cause)
	case "54000": // program_limit_exceeded: a value is too long for an index
		return fmt.Errorf("%w: %w", store.ErrRefused, cause)
	case "57P01", "57P02", "57P05": // ended by an administrator or a shutdown, crashed, ended while idle
		return cut(cause)
	case "57P03": // starting
		return unreachable(cause)
	}
	switch code[:min(2, len(code))] {
	case "22", "23": // a value, a constraint
		return fmt.Errorf("%w: %w", store.ErrRefused, cause)
	case "08", "53": // the connection, the server's resources
		return unreachable(cause)
	}
	return cause
}

// explainCommit maps an error of COMMIT. It says nothing of whether the
// transaction was committed unless it is one of those that PostgreSQL gives
// before it commits. Others are not to be trusted: a cluster answers XX000, and
// a server that is shut down 57P01, when it may have committed already; and
// where the answer is lost, pgx (5.12) says "conn closed", and that it is safe
// to try again because nothing was sent, when it was.
func explainCommit(err error) error {
	if err == nil {
		return nil
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case "40001", "40P01", "25P03", "23503", "23505", "23514":
			return refusal(pg.Code, because("commit", err))
		}
	}
	return because("commit", err)
}

// because gives the cause that may be logged. Messages of the server and of the
// driver may repeat values, so only codes, and the words of the network, go on.
func because(doing string, err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("postgres: %s: SQLSTATE %s", doing, pg.Code)
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, pgx.ErrNoRows} {
		if errors.Is(err, known) {
			return fmt.Errorf("postgres: %s: %w", doing, known)
		}
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("postgres: %s: %w", doing, op)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("postgres: %s: the name of the host cannot be found", doing)
	}
	// The type of an innermost error tells most.
	return fmt.Errorf("postgres: %s: %T", doing, causes(err)[0])
}

// lost tells whether the connection is gone, or never was there.
func lost(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// cut is for a connection that is gone. It ended what was open on it, and says
// nothing of the next one, which may be had at once: all of a pool's may have been
// cut while they were idle. Where there is none, connecting says so.
func cut(cause error) error { return fmt.Errorf("%w: %w: %w", store.ErrConflict, errCut, cause) }

var errCut = errors.New("the connection is gone")

func unreachable(cause error) error {
	return unavailable(fault.CodeDatabaseBusy, "The database cannot be reached: nothing was done. Send it again in a moment.", cause)
}

func unavailable(code fault.Code, message string, cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: code, Message: message, RetryAfter: time.Second, Err: cause}
}

// final is for what nobody runs again: a conflict is told as being busy.
func final(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return unavailable(fault.CodeDatabaseBusy, "The database is busy: nothing was done. Send it again in a moment.", err)
	}
	return err
}
