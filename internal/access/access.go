// Package access decides who may do what, and how often: Spaces, API keys,
// scopes, limits. Everything here is pure: no context, clock or I/O. Times
// come in as arguments and randomness as a reader. The one exception is the
// check of a time zone's name, which looks it up as package time does.
//
// A request passes in this order (CONTRACT D1): ParseSecret, without which
// nothing is loaded; Grant.Authenticate; Window.Take, because requests that
// are refused count too; Grant.Allow; and only then the verdict of Take.
package access
