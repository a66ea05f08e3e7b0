package transfer

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxCard is how many octets a card may have, without pictures.
const maxCard = 1 << 20

// vcardReader reads vCards of the versions 2.1, 3.0 and 4.0. Its columns are the
// properties. Those of structure are put together: N as a name is said, ADR as an address is
// written.
type vcardReader struct {
	lines   lineReader
	columns *columnSet
	card    card
	begun   int // the line of a BEGIN that was read too early, 0 for none
}

// card is one that is being read.
type card struct {
	record
	version string
	ranks   [][]int // of many: how much each value is preferred, 1 the most
	size    int
	last    property // the property before
}

func newVCardReader(text io.Reader, columns *columnSet) *vcardReader {
	return &vcardReader{lines: newLineReader(text, maxCard), columns: columns}
}

func (r *vcardReader) next() (record, error) {
	begin := r.begun
	for r.begun = 0; begin == 0; {
		p, err := r.property("")
		switch {
		case err != nil:
			return record{}, err
		case p.is("BEGIN", "VCARD"):
			begin = p.line
		case p.name != "" || p.wrong != "":
			return r.between(p.line)
		}
	}
	r.card = card{record: record{line: begin, many: make([][]string, len(r.columns.names))}}
	return r.read()
}

// between gives a row for what stands outside of cards, up to the next.
func (r *vcardReader) between(line int) (record, error) {
	for {
		p, err := r.property("")
		if err != nil && err != io.EOF {
			return record{}, err
		}
		if p.is("BEGIN", "VCARD") {
			r.begun = p.line
		}
		if err == io.EOF || r.begun > 0 {
			return record{line: line, many: [][]string{}, wrong: "This is outside of a card: BEGIN:VCARD is missing."}, nil
		}
	}
}

// read reads a card to its end.
func (r *vcardReader) read() (record, error) {
	c := &r.card
	for {
		p, err := r.property(c.version)
		switch {
		case err == io.EOF:
			c.spoil("The card has no end: END:VCARD is missing.")
			return c.record, nil
		case err != nil:
			return record{}, err
		case p.is("END", "VCARD"):
			c.prefer()
			return c.record, nil
		case p.is("BEGIN", "VCARD") && c.last.name == "AGENT":
			if err := r.skipInner(); err != nil {
				return record{}, err
			}
		case p.is("BEGIN", "VCARD"):
			r.begun = p.line
			c.spoil("The card has no end: END:VCARD is missing.")
			return c.record, nil
		default:
			r.take(p)
		}
		if p.name != "" {
			c.last = p
		}
	}
}

// skipInner passes over a card within a card, of a secretary for one.
func (r *vcardReader) skipInner() error {
	for depth := 1; depth > 0; {
		p, err := r.property("")
		switch {
		case err == io.EOF:
			return nil // what it is in has no end either
		case err != nil:
			return err
		case p.is("BEGIN", "VCARD"):
			depth++
		case p.is("END", "VCARD"):
			depth--
		}
	}
	r.card.leave("AGENT", "A card within the card is left out.")
	return nil
}

func (c *card) spoil(why string) {
	if c.wrong == "" {
		c.wrong = why
	}
}

func (c *card) leave(column, why string) {
	if said := (Problem{column, why}); !slices.Contains(c.left, said) {
		c.left = append(c.left, said)
	}
}

// pictures are properties with what is no text.
var pictures = map[string]string{
	"PHOTO": "The picture is left out.",
	"LOGO":  "The logo is left out.",
	"SOUND": "The sound is left out.",
	"KEY":   "The key is left out.",
}

// take adds a property to the card.
func (r *vcardReader) take(p property) {
	c := &r.card
	why, picture := pictures[p.name]
	switch {
	case picture:
		c.leave(p.name, why)
	case p.name == "" && p.wrong == "" || p.name == "AGENT":
	case p.name == "VERSION":
		c.version = strings.TrimSpace(p.value)
	case p.binary:
		c.leave(shortName(p.name), "It is no text, and left out.")
	case p.wrong != "" && c.last.binary: // the rest of a picture whose lines do not begin with a space
	case p.wrong != "":
		c.spoil(p.wrong)
	default:
		r.add(p)
	}
}

func (r *vcardReader) add(p property) {
	c := &r.card
	text := p.text(c.version)
	if text == "" {
		return
	}
	if c.size += len(text); c.size > maxCard {
		c.spoil("The card is longer than 1 MiB.")
		return
	}
	column, ok := r.columns.of(shortName(p.name))
	if !ok {
		c.spoil("The file has more than 1,000 properties of different names.")
		return
	}
	for len(c.many) <= column {
		c.many = append(c.many, nil)
	}
	for len(c.ranks) <= column {
		c.ranks = append(c.ranks, nil)
	}
	if len(c.many[column]) == maxInCell {
		c.spoil("The card has a property more than 10,000 times.")
		return
	}
	c.many[column] = append(c.many[column], text)
	c.ranks[column] = append(c.ranks[column], p.rank)
}

// prefer moves what is preferred to the front of its column.
func (c *card) prefer() {
	for column, ranks := range c.ranks {
		if len(ranks) < 2 {
			continue
		}
		order := make([]int, len(ranks))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
		moved := make([]string, len(order))
		for i, from := range order {
			moved[i] = c.many[column][from]
		}
		c.many[column] = moved
	}
}

// text gives what a property says. The parts of a name and of an address are put
// together.
func (p *property) text(version string) string {
	if p.quoted {
		p.value = unquoted(p.value, p.charset)
	}
	switch p.name {
	case "N":
		return joinName(p.parts(version, " ", 3, 1, 2, 0, 4)) // family, given, middle, prefix, suffix
	case "ADR":
		return joinAddress(p.parts(version, ", ", 2, 1, 0, 3, 4, 5, 6)) // box, extended, street, city, region, code, country
	case "ORG":
		return joinAddress(p.parts(version, ", ", 0, 1, 2, 3))
	}
	text := unescaped(p.value, version)
	switch p.name {
	case "TEL":
		return withoutParameters(cutFold(text, "tel:"))
	case "EMAIL":
		return cutFold(text, "mailto:")
	case "BDAY", "ANNIVERSARY", "REV":
		if len(text) > 8 && text[8] == 'T' && isDigits(text[:8]) {
			return text[:8]
		}
	}
	return text
}

// parts gives the parts of a value in an order. A part may be a list with commas, but in
// version 2.1; between its items then stands joint.
func (p *property) parts(version, joint string, order ...int) []string {
	parts := splitEscaped(p.value, ';')
	var all []string
	for _, i := range order {
		switch {
		case i >= len(parts):
		case version == "2.1":
			all = append(all, unescaped(parts[i], version))
		default:
			all = append(all, strings.Join(unescapedAll(splitEscaped(parts[i], ','), version), joint))
		}
	}
	return all
}

func unescapedAll(list []string, version string) []string {
	for i := range list {
		list[i] = strings.TrimSpace(unescaped(list[i], version))
	}
	return list
}

// splitEscaped cuts at a sign that has no backslash before it.
func splitEscaped(s string, sign byte) (parts []string) {
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sign:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// unescaped takes the backslashes from a text. In version 2.1 there are no line breaks
// by a letter.
func unescaped(s, version string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch next := s[i+1]; {
		case (next == 'n' || next == 'N') && version != "2.1":
			b.WriteByte('\n')
			i++
		case strings.IndexByte(`\;,:`, next) >= 0:
			b.WriteByte(next)
			i++
		default:
			b.WriteByte('\\')
		}
	}
	return b.String()
}

func cutFold(s, prefix string) string {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):]
	}
	return s
}

// withoutParameters takes from tel:123;phone-context=x;ext=4 what is not dialled.
func withoutParameters(s string) string {
	parts := strings.Split(s, ";")
	kept := parts[0]
	for _, part := range parts[1:] {
		if name, _, ok := strings.Cut(part, "="); !ok || strings.EqualFold(name, "ext") {
			kept += ";" + part
		}
	}
	return kept
}

// unquoted reads quoted-printable.
func unquoted(s, charset string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return strings.ReplaceAll(inCharset(b, charset), "\r\n", "\n")
}

// inCharset gives octets as text: by the name that stands with them, else as UTF-8 where they
// are that, else as Windows-1252.
func inCharset(b []byte, charset string) string {
	name := strings.ToLower(strings.Trim(charset, `"`))
	if name == "" || name == utf8Encoding {
		if utf8.Valid(b) {
			return string(b)
		}
		name = windows1252
	}
	if text, ok := decodeAll(b, name); ok {
		return text
	}
	return string(b) // package contact refuses what is no text
}
