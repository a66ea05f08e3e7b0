package httpapi

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// Hosts are the names that a server on this machine's own address is called by,
// beside "localhost" and its addresses. A page that a browser has loaded from
// somewhere else can let a name of its own lead to this machine (DNS rebinding),
// and would be taken for one of ours; the name that it used is in the request.
// nil is any name: what a proxy passes on is the proxy's business.
type Hosts []string

// LocalHosts gives the names of a server that only this machine can reach: the
// host of its public URL, where it has one, beside those that always lead here.
func LocalHosts(public string) Hosts {
	if public == "" {
		return Hosts{}
	}
	return Hosts{strings.ToLower(public)}
}

// Expects tells whether a request may have this Host, with whatever port. One
// without a Host (HTTP/1.0 allows that) comes from no browser.
func (h Hosts) Expects(host string) bool {
	if h == nil || host == "" {
		return true
	}
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if ip, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return ip.Unmap().IsLoopback()
	}
	// Browsers resolve what ends with .localhost themselves, to this machine.
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(h, name)
}

// UnexpectedHost makes the error of a request that Hosts do not expect.
func UnexpectedHost() error {
	return fault.New(fault.Misdirected, fault.CodeHostUnexpected,
		"This server is not known by that host. Call it by localhost or 127.0.0.1; its operator can name another with --public-url.")
}
