// Package postgres keeps Carnet's rows in a PostgreSQL database that any number
// of servers share. It decides nothing; see package store.
//
// # A write
//
// Each Space has a lane of its own. A write transaction locks the row of its Space
// first and holds it to its end. That gives the Space's history its order without
// gaps, ids and times that grow, and no deadlocks. It also lets a server that lost
// the answer to a COMMIT wait until the old transaction has ended: then the request
// id at its place in the history tells what became of it. The settings of the Space
// are read after the lock, by a statement of their own: in a join they would be as
// they were before the wait.
//
// A batch costs four round trips: BEGIN with the lock; the contacts; everything that
// it saves, which is a statement or two a table, whatever the number of rows, and two
// more a merge; COMMIT. COMMIT goes alone because only the answers say whether each
// row was as it was loaded. Only what PostgreSQL is known to answer before it commits
// counts as not committed; the rest is looked up.
//
// # Limits
//
// Their windows are rows of their own (limit_windows), so counting never waits for a
// batch. Requests that come while a server counts are counted together, by the
// database's clock, which all servers share; a window that was full when it was last
// seen refuses without asking.
//
// # Connections
//
// There is no session state, so a pooler in transaction mode (PgBouncer) may stand
// between. SET LOCAL sets what a transaction must have, synchronous_commit among it.
// Where no pooler does, which is found out when the database is opened, statements
// have names, which halves the cost of a batch; default_query_exec_mode in the DSN
// decides otherwise (config.go). Reads go to the primary alone.
//
// # Spreading
//
// Everything of a Space has space_id first in its keys and in every predicate, ids
// come from counter rows, and times are arguments, so that the tables can be spread
// over nodes by Space (Citus). The stand-in for that is a test: the suite on tables
// parted by space_id, where the plan of each statement must touch one part
// (spread_test.go).
package postgres
