//go:build !linux

package postgres

import "syscall"

// setNetworkTimeout does nothing: keep-alive and the deadlines of the store find
// a dead connection, if later.
func setNetworkTimeout(string, string, syscall.RawConn) error { return nil }
