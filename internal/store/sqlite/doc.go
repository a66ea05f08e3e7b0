// Package sqlite keeps Carnet's rows in one SQLite file: one connection that
// writes, a few that read, and one that moves the write-ahead log into the
// file. It decides nothing; see package store.
//
// # What is durable
//
// SQLite runs with a write-ahead log and synchronous=FULL, which every connection
// sets and reads back (conn.go): with less, a power cut takes acknowledged writes
// along. Pages are 2 KiB, because a PUT writes each page that it touches to the log
// whole, and with 4 KiB that was about twice as much (migrate.go).
//
// Checkpoints run in the background. When the log is long, a short pause of writer
// and readers lets it start anew (checkpoint.go, gate.go).
//
// # Who has the file
//
// One server a file is ensured by a lock file, and by a lock on the file itself,
// whatever name leads to it (lock_unix.go, file.go). The command line is a second
// writer: both sides wait for each other, and nothing is remembered from one batch
// to the next. As there is one server, the windows of limits are in memory.
//
// # Which log belongs to it
//
// SQLite takes any log that is whole for that of the file beside it. So the lock
// file keeps a mark of what was open and how it ended (mark.go, trust.go), and a
// pair that does not fit is refused before SQLite sees it (judge.go, log.go).
package sqlite
