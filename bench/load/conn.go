package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// Conn is a connection that is kept alive: one request at a time, HTTP/1.1.
// net/http's client would take as much of the machine as the server.
type Conn struct {
	c    net.Conn
	r    *bufio.Reader
	head bool // the last request was a HEAD, whose answer has no body
}

// Dial connects to an address, for requests that all end before deadline.
func Dial(addr string, deadline time.Time) (*Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if err := c.SetDeadline(deadline); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return newConn(c), nil
}

func newConn(c net.Conn) *Conn { return &Conn{c: c, r: bufio.NewReaderSize(c, 16<<10)} }

// Close ends the connection.
func (c *Conn) Close() error { return c.c.Close() }

// Do sends a request as it is and reads the whole answer, of which it gives
// the status. After an error the connection is of no use.
func (c *Conn) Do(request []byte) (status int, err error) {
	if _, err := c.c.Write(request); err != nil {
		return 0, err
	}
	c.head = bytes.HasPrefix(request, []byte("HEAD "))
	return c.answer(nil)
}

// Ask is Do that gives the body, too.
func (c *Conn) Ask(request []byte) (status int, body []byte, err error) {
	if _, err := c.c.Write(request); err != nil {
		return 0, nil, err
	}
	c.head = false
	var b bytes.Buffer
	status, err = c.answer(&b)
	return status, b.Bytes(), err
}

// answer reads an answer; body gets its body unless it is nil.
func (c *Conn) answer(body *bytes.Buffer) (status int, err error) {
	line, err := c.line()
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("an answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("an answer begins with %q", line)
	}
	length, chunked := -1, false
	for {
		if line, err = c.line(); err != nil {
			return 0, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case len(name) == 14 && bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, fmt.Errorf("an answer has the length %q", value)
			}
		case len(name) == 17 && bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = string(value) == "chunked"
		}
	}
	switch {
	case c.head:
		return status, nil
	case chunked:
		return status, c.chunks(body)
	case length >= 0:
		return status, c.take(length, body)
	case status == 204 || status == 304:
		return status, nil
	}
	return 0, errors.New("an answer says neither its length nor that it is chunked")
}

func (c *Conn) chunks(body *bytes.Buffer) error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return fmt.Errorf("a chunk begins with %q", line)
		}
		if err := c.take(int(n), body); err != nil {
			return err
		}
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) != 0 {
			return fmt.Errorf("a chunk ends with %q", line)
		}
		if n == 0 {
			return nil
		}
	}
}

func (c *Conn) take(n int, body *bytes.Buffer) error {
	if body != nil {
		_, err := io.CopyN(body, c.r, int64(n))
		return err
	}
	_, err := c.r.Discard(n)
	return err
}

func (c *Conn) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}
