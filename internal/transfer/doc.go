// Package transfer is what files with contacts look like, in and out of a Space: CSV,
// vCard and NDJSON. It knows no database, no HTTP and no clock.
//
// What is written is a head and then a piece a contact, each appended to a buffer, so that
// a file of any length is written with the memory of one contact.
//
// What is read other programs wrote, in any dialect of theirs: octets go in, rows come out.
// A file is looked at whole once (Open), so that what is decided of it, its
// encoding, its delimiter, the order of its dates, rests on all of it. It is then
// read as often as anybody likes (File.Rows), by a Mapping, which is data. Memory is
// flat: a record is held, never the file.
//
// What a value may be is decided by package contact. What cannot be told for
// certain is not guessed: the row is refused, and says its line, the column and why.
package transfer
