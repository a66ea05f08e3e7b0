package transfer

import (
	"bytes"
	"strconv"
	"strings"
)

// property is one of a vCard: a line, with those that continue it.
type property struct {
	line    int
	name    string // in capitals, without its group; "" of an empty line
	value   string
	quoted  bool // it is quoted-printable
	binary  bool // it is base64
	charset string
	rank    int // 1 to 100 as PREF says, 101 where it says nothing
	wrong   string
}

// unranked is the rank of what is not preferred.
const unranked = 101

func (p *property) is(name, value string) bool {
	return p.name == name && strings.EqualFold(strings.TrimSpace(p.value), value)
}

// property reads the next one. Lines are folded: what begins with a blank belongs to the line
// before; the blank too in version 2.1.
func (r *vcardReader) property(version string) (property, error) {
	line, long, err := r.lines.next()
	if err != nil {
		return property{}, err
	}
	p := property{line: r.lines.line, rank: unranked}
	text := string(line)
	p.head(&text)
	body, skipped := []byte(text), p.binary || pictures[p.name] != ""
	for p.name != "" || p.wrong != "" {
		next := r.lines.peek()
		soft := p.quoted && bytes.HasSuffix(body, []byte("="))
		if next != ' ' && next != '\t' && !soft || next == 0 {
			break
		}
		more, tooLong, err := r.lines.next()
		if err != nil {
			return property{}, err
		}
		if soft {
			body = body[:len(body)-1]
		} else if version != "2.1" || skipped {
			more = more[1:]
		}
		if long = long || tooLong || len(body)+len(more) > maxCard; !long && !skipped {
			body = append(body, more...)
		}
	}
	p.value = string(body)
	if long && !skipped {
		p.wrong = "A line of the card is longer than 1 MiB."
	}
	return p, nil
}

// head reads a line up to its colon, and leaves what follows.
func (p *property) head(text *string) {
	line := *text
	if strings.TrimSpace(line) == "" {
		*text = ""
		return
	}
	colon := outside(line, ':')
	if colon < 0 {
		p.wrong = "A line of the card is no property: it has no colon."
		return
	}
	*text = line[colon+1:]
	names := splitOutside(line[:colon], ';')
	name := strings.TrimSpace(names[0])
	name = name[strings.LastIndexByte(name, '.')+1:] // item1.EMAIL
	if p.name = strings.ToUpper(name); p.name == "" {
		p.wrong = "A line of the card has no name before its colon."
	}
	for _, parameter := range names[1:] {
		p.parameter(parameter)
	}
}

// parameter reads one, which in version 2.1 may be a value alone: TEL;CELL;PREF.
func (p *property) parameter(text string) {
	name, value, found := strings.Cut(text, "=")
	name = strings.ToUpper(strings.TrimSpace(name))
	if !found {
		value = name
	}
	value = strings.Trim(value, `" `)
	switch {
	case name == "CHARSET":
		p.charset = value
	case name == "PREF" && found:
		if n, err := strconv.Atoi(value); err == nil && 1 <= n && n <= 100 {
			p.rank = min(p.rank, n)
		}
	case name == "ENCODING", name == "TYPE", !found:
		for one := range strings.SplitSeq(strings.ToUpper(value), ",") {
			switch strings.Trim(one, `" `) {
			case "QUOTED-PRINTABLE":
				p.quoted = true
			case "BASE64", "B":
				p.binary = true
			case "PREF":
				p.rank = min(p.rank, 1)
			}
		}
	}
}

// outside finds a sign that is not between quotation marks, -1 where there is none.
func outside(s string, sign byte) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sign && !quoted:
			return i
		}
	}
	return -1
}

func splitOutside(s string, sign byte) (parts []string) {
	for {
		i := outside(s, sign)
		if i < 0 {
			return append(parts, s)
		}
		parts, s = append(parts, s[:i]), s[i+1:]
	}
}
