package ui

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

// face is a picture of who did something, or of whom a contact is about: letters on a
// tint. Round is a person, square a program.
type face struct {
	Name    string
	Letters string
	Hue     string // a class, h1 to h5
	Square  bool
}

// faceOf makes the face of a name. Without one it is a dashed question mark.
func faceOf(name string, square bool) face {
	if strings.TrimSpace(name) == "" {
		return face{Letters: "?", Hue: "none", Square: square}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	letters := initials(name)
	if square {
		letters = strings.ToLower(letters)
	}
	return face{Name: name, Letters: letters, Hue: "h" + strconv.Itoa(int(h.Sum32()%5)+1), Square: square}
}

// initials gives the first letters of the first and the last word; one sign of a name
// in Chinese, Japanese or Korean, and two of one in Arabic or Hebrew, where letters
// alone say little.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])
	switch {
	case unicode.In(first[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return string(first[0])
	case unicode.In(first[0], unicode.Arabic, unicode.Hebrew):
		return string(first[:min(2, len(first))])
	case len(words) == 1:
		return strings.ToUpper(string(first[0]))
	}
	last := []rune(words[len(words)-1])
	return strings.ToUpper(string(first[0]) + string(last[0]))
}

// contactFace is the face of whom a contact is about: of its first name.
func contactFace(c *contact.Contact) face {
	name, _ := c.Primary(contact.Names)
	return faceOf(name, false)
}

// author is who made a change, as the reader sees them.
type author struct {
	face
	You bool
}

// Called gives the author's name, or "You".
func (a author) Called() string {
	if a.You {
		return "You"
	}
	return a.Name
}

// authorOf gives the author of a change: the person or program that was named, or
// else the key. A key without a name beside it is a program.
func (v *visit) authorOf(a *contact.Actor) author {
	name, square := a.Name, false
	if name == "" {
		name, square = a.KeyName, true
	}
	you := a.KeyID == v.grant.Key.ID && a.Name == v.session.Name
	return author{faceOf(name, square), you}
}

// reader is who is signed in.
func (v *visit) reader() face {
	if v.session.Name == "" {
		return faceOf(v.grant.Key.Name, true)
	}
	return faceOf(v.session.Name, false)
}
