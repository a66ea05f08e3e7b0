// Package ui is the glass book: the contact book in a browser. It turns pages and
// forms into calls of package book, as package httpapi does with requests, and has
// no other way to the data.
//
// Every page is a whole document with an address of its own, and every act is a form:
// the scripts make both quicker and are needed for neither. A contact is shown as
// values with sources, a history as changes, and wherever a change is shown there is
// an undo that is first a preview.
//
// routes.go is the whole table, and visit.go the way of a request. A screen has one
// file, and one of the same name in pages. act.go is the way of every write: what a
// form asks for, as the verb and as the very request of the API that would do it.
package ui
