// Package histories is nothing but tests of what clients see who write at once:
// each answer must be the one that it would be if the calls had come one after the
// other, in some order in which a call that had returned comes before one that was
// made later. The rules are those of package contact; what is checked is that
// queues, batches, transactions, retries, reads beside writes, and a server that is
// killed in the middle, add nothing to them and lose nothing.
package histories
