package postgres

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"regexp"
	"testing"
)

// answering listens as a server that gives each connection to answer, and gives
// the address of it as settings.
func answering(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := c.Read(make([]byte, 512)); err == nil {
					answer(c)
				}
			}()
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "host=127.0.0.1 port=" + port + " user=u dbname=x password=hunter2"
}

func say(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = c.Write([]byte(text)) }
}

// stranger speaks TLS with a certificate that nobody knows.
func stranger(t *testing.T) func(net.Conn) {
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS()
	t.Cleanup(web.Close)
	return func(c net.Conn) {
		say("S")(c)
		_ = tls.Server(c, &tls.Config{Certificates: web.TLS.Certificates}).Handshake()
	}
}

// FAULT E6: whatever keeps it from connecting is told in words, never by the
// type of an error, and without a password.
func TestConnectingFailsInWords(t *testing.T) {
	aType := regexp.MustCompile(`\*?\b[a-z0-9]+\.[A-Za-z]*(Error|Err|errorString)\b|<nil>`)
	for name, c := range map[string]struct{ dsn, word string }{
		"an unknown host":        {"postgres://u:hunter2@nowhere.invalid/x", "name of its host cannot be found"},
		"an unknown host, keyed": {"password=hunter2 host=nowhere.invalid", "name of its host cannot be found"},
		"two unknown hosts":      {"postgres://u:hunter2@a.invalid,b.invalid/x", "name of its host cannot be found"},
		"no TLS there":           {answering(t, say("N")) + " sslmode=require", "sslmode"},
		"a strange certificate":  {answering(t, stranger(t)) + " sslmode=verify-full", "certificate"},
		"it hangs up":            {answering(t, say("")) + " sslmode=disable", "ended the connection"},
		"it hangs up over TLS":   {answering(t, say("")) + " sslmode=require", "ended the connection"},
		"it speaks HTTP":         {answering(t, say("HTTP/1.1 400 Bad Request\r\n\r\n")) + " sslmode=disable", "PostgreSQL"},
	} {
		for how, err := range map[string]error{"opening": opens(c.dsn), "migrating": Migrate(bg, c.dsn)} {
			refused(t, name+", "+how, err, "cannot connect to the database: ", c.word)
			if err != nil && aType.MatchString(err.Error()) {
				t.Errorf("%s, %s: the type of an error is told: %v", name, how, err)
			}
		}
	}
}
