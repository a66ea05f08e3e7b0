// Package transfer reads contacts from files that other programs wrote: CSV in
// any of its dialects, vCard and NDJSON. Octets go in, rows come out, and it knows
// no database, no HTTP and no clock.
//
// A file is looked at whole once (Open), so that what is decided of it, its
// encoding, its delimiter, the order of its dates, rests on all of it. It is then
// read as often as anybody likes (File.Rows), by a Mapping, which is data. Memory is
// flat: a record is held, never the file.
//
// What a value may be is decided by package contact. What cannot be told for
// certain is not guessed: the row is refused, and says its line, the column and why.
package transfer
