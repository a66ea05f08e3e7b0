package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// cannotConnect says why, as far as that holds no secret: addresses and the
// codes of the server.
func cannotConnect(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		reason := map[string]string{
			"28P01": "it refuses the password",
			"28000": "it refuses this user from this machine: see its pg_hba.conf",
			"3D000": "there is no database of this name: make it with createdb",
			"53300": "it has no connection left: raise its max_connections, or allow fewer here",
			"57P03": "it is starting or stopping: try again in a moment",
		}[pg.Code]
		if reason == "" {
			reason = "it answers SQLSTATE " + strconv.Quote(pg.Code)
		}
		return fmt.Errorf("cannot use the database: %s", reason)
	}
	var reasons []string
	for _, cause := range causes(err) {
		if reason := reasonOf(cause); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return fmt.Errorf("cannot connect to the database: %s", strings.Join(reasons, "; "))
}

// reasonOf tells one cause. A host is not repeated: where an address is misspelt
// a part of the password may have been taken for it.
func reasonOf(cause error) string {
	if _, ok := errors.AsType[*net.DNSError](cause); ok {
		return "the name of its host cannot be found: check how it is written, and that this machine can look names up"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](cause); ok {
		return "its certificate is none that this machine trusts for this host: name the one that signed it with sslrootcert, and the host as it stands in the certificate"
	}
	if op, ok := cause.(*net.OpError); ok {
		return op.Error()
	}
	switch {
	case errors.Is(cause, context.DeadlineExceeded):
		return "it does not answer"
	case errors.Is(cause, context.Canceled):
		return "this was told to stop"
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF):
		return "what answers ended the connection at once: check that host and port are those of a PostgreSQL server"
	}
	return "what answers cannot be talked to: check that host and port are those of a PostgreSQL server and that it is the primary, and whether it has the TLS that sslmode asks for"
}

// causes takes an error that may join several apart: into those of the network,
// and else the innermost ones.
func causes(err error) (list []error) {
	switch e := err.(type) {
	case nil:
		return nil
	case *net.OpError, *net.DNSError, *tls.CertificateVerificationError:
		return []error{err}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, causes(inner)...)
		}
	case interface{ Unwrap() error }:
		list = causes(e.Unwrap())
	}
	if len(list) == 0 {
		list = []error{err}
	}
	return list
}
