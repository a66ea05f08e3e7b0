// Package twins is nothing but tests of what must not differ: the same writes on
// SQLite and on PostgreSQL, in batches of every size, and several servers on one
// PostgreSQL database, which must look like one.
package twins
