package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"syscall"
)

// listen takes an address. One that others than this machine can reach needs
// behindProxy, because keys and personal data must not cross a network in the
// clear, and Carnet itself speaks no TLS.
func listen(ctx context.Context, address string, behindProxy bool) (net.Listener, error) {
	// Resolved once, so that what is checked is what is listened on.
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: write a host and a port, as in --listen %s", address, DefaultListen)
	}
	if !a.IP.IsLoopback() && !behindProxy {
		return nil, fmt.Errorf("%s can be reached from other machines, and Carnet speaks no TLS itself: "+
			"listen on 127.0.0.1, or, where a proxy in front ends TLS, add --behind-proxy", address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop that, or choose another port with --listen, as in --listen 127.0.0.1:8421", a)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s: choose a port from 1024 with --listen", a)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is no address of this machine: choose another with --listen", a)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", a, err)
	}
	return l, nil
}

// errorLog takes what net/http has to say. Most of it names the address of a
// client, or what a panic held, which are not for logs: only the trouble with
// taking connections is ours to know.
func errorLog(to *slog.Logger) *log.Logger {
	return log.New(acceptErrors{to}, "", 0)
}

type acceptErrors struct{ to *slog.Logger }

func (w acceptErrors) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("http: Accept error")) {
		w.to.Warn(string(bytes.TrimSpace(line)))
	}
	return len(line), nil
}
