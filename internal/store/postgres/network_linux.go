package postgres

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// setNetworkTimeout lets a TCP connection die when what it sends is not
// acknowledged in time. Keep-alive does not see that while data is under way.
func setNetworkTimeout(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var err error
	if failed := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(networkTimeout.Milliseconds()))
	}); failed != nil {
		return failed
	}
	return err
}
