package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/server"
)

// keyOf reads the key that CARNET_KEY or a flag holds.
func keyOf(given string) (string, error) {
	return checkKey(given, "there is no API key: put one into the environment variable CARNET_KEY (`carnet key create` makes one)", "the API key in CARNET_KEY")
}

// checkKey refuses what can be no key, and says so of nothing in words of its own. What is pasted or read
// from a file ends in a line break as often as not.
func checkKey(given, none, called string) (string, error) {
	key := strings.TrimSpace(given)
	switch {
	case key == "":
		return "", errors.New(none)
	case strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || unicode.IsSpace(r) }):
		return "", errors.New(called + " has characters that no key has: it is carnet_ and 49 letters and digits, and nothing else")
	}
	return key, nil
}

// serverURL gives the address of a server of what people have at hand: the base
// of the API, or the page of its docs, serve as well.
func serverURL(given string) string {
	text := strings.TrimRight(strings.TrimSpace(given), "/")
	for _, end := range []string{"/docs", "/public-api/v1"} {
		if short, ok := strings.CutSuffix(text, end); ok {
			return strings.TrimRight(short, "/")
		}
	}
	return text
}

// checkURL refuses what is no address of a server.
func checkURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return badURL("write --url with http:// or https:// in front, as in --url http://" + server.DefaultListen)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return badURL("write --url as an address alone, without a user, a query or a fragment, as in --url http://" + server.DefaultListen)
	}
	return nil
}

func badURL(message string) error { return fault.New(fault.Invalid, fault.CodeURLMalformed, message) }

// warnOfClearText says so where a key would cross a network that others may
// read.
func warnOfClearText(to io.Writer, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		fmt.Fprintln(to, "carnet: warning: the API key and all contacts cross the network in the clear: use https:// where the server is another machine.")
	}
}
