// Package house holds the rules of this repository as tests: which package may
// import which, what must be documented, what must not be committed. Each rule
// is a table with its reason, and a test fails with that reason.
//
// The rules read source text alone, so they hold for packages that do not
// compile at the moment, too.
package house
