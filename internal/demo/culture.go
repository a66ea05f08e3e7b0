package demo

import (
	"slices"
	"strings"
)

// culture is how the people of one language are called and where they live.
// Given and family names are common ones and drawn apart from each other. The
// tables leave names out where the pair would be somebody well known.
type culture struct {
	script         string // as package unicode calls it; "" for Latin
	weight         int    // how many people, against the other cultures
	women, men     []spelling
	families       []spelling
	womensFamilies []spelling // where the ending differs
	order          string     // of the native name; "" is "given family"
	latinOrder     string     // of the Latin one; "" is "given family"
	homes          []home
	mobiles        []string // ranges for fiction that go with any home
	domain         string   // a mail domain in the own script, under .example
	firm           string   // what companies put behind their name
	teams          []string // what some give as job title
}

// spelling is a word in Latin letters without diacritics, and as its owner
// writes it.
type spelling struct{ latin, native string }

// home is a city and the range for fiction of its area code, "" for none.
type home struct {
	spelling
	phone string
}

func cultures() []culture {
	return slices.Concat(english(), westernEurope(), northernEurope(), easternEurope(), cyrillic(),
		middleEast(), africa(), southAsia(), southeastAsia(), eastAsia())
}

// culture draws one by its weight.
func (m *maker) culture() *culture {
	total := 0
	for i := range m.cultures {
		total += m.cultures[i].weight
	}
	at := m.IntN(total)
	for i := range m.cultures {
		if at -= m.cultures[i].weight; at < 0 {
			return &m.cultures[i]
		}
	}
	panic("demo: the weights do not add up")
}

func (c *culture) write(given, family spelling) string {
	return inOrder(c.order, given.native, family.native)
}

func (c *culture) writeLatin(given, family spelling) string {
	return inOrder(c.latinOrder, given.latin, family.latin)
}

func inOrder(order, given, family string) string {
	if order == "" {
		return given + " " + family
	}
	return strings.NewReplacer("given", given, "family", family).Replace(order)
}

// words reads a table such as "Anna, Joerg=Jörg": the Latin spelling comes
// first, which keeps right-to-left scripts in order on the screen.
func words(table string) []spelling {
	var all []spelling
	for word := range strings.SplitSeq(table, ", ") {
		all = append(all, spell(word))
	}
	return all
}

// homes reads a table such as
// "Leipzig; Munich, Germany=München, Deutschland +49 89 99998 ###".
func homes(table string) []home {
	var all []home
	for place := range strings.SplitSeq(table, "; ") {
		city, phone, found := strings.Cut(place, " +")
		if found {
			phone = "+" + phone
		}
		all = append(all, home{spell(city), phone})
	}
	return all
}

func spell(word string) spelling {
	latin, native, found := strings.Cut(word, "=")
	if !found {
		native = latin
	}
	return spelling{latin, native}
}
