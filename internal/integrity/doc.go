// Package integrity looks whether all that is stored fits together: what has a checksum,
// what is derived against what it is derived from, and every history against what it leads
// to. It makes anew what is derived, where it is told to, and changes nothing else.
//
// It goes through a database in pages, each of one state of it (store.Inventory), beside
// those who read and write: so what a writer leaves half done is never seen, and no
// transaction is long. What is wrong with a contact and its history alone is said by pure
// functions of package contact (Contact.Flaw, Trace); what is derived by those that the
// store writes it with.
package integrity
