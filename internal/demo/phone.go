package demo

import (
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// northAmerica holds the area codes for people whose country keeps no numbers
// free for fiction. In every area code 555-0100 to 555-0199 are.
var northAmerica = []string{
	"+1 206 555 01##", "+1 312 555 01##", "+1 416 555 01##", "+1 514 555 01##",
	"+1 604 555 01##", "+1 617 555 01##", "+1 718 555 01##", "+1 808 555 01##",
}

// addPhones gives somebody so many phones, from North America where their own
// country keeps no numbers free.
func (m *maker) addPhones(p *person, lives *culture, home home, count int) {
	ranges := lives.mobiles
	if home.phone != "" {
		ranges = append([]string{home.phone, home.phone}, ranges...)
	}
	if len(ranges) == 0 {
		ranges = northAmerica
	}
	for i := range count {
		number := m.number(pick(m, ranges...))
		written := m.written(number)
		if i == 0 {
			p.number = number
		} else if m.chance(15) {
			written += " ext. " + strconv.Itoa(m.between(10, 499))
		}
		p.add(contact.Phones, written)
	}
}

// number fills a range such as "+44 20 7946 0###" with a number that nobody
// has yet. Ranges are small: when this one seems full, people share.
func (m *maker) number(from string) string {
	for tries := 0; ; tries++ {
		number := strings.Map(func(r rune) rune {
			if r == '#' {
				return '0' + rune(m.IntN(10))
			}
			return r
		}, from)
		if !m.taken[number] || tries == 20 {
			m.taken[number] = true
			return number
		}
	}
}

// written gives a number in one of the ways in which people write it.
func (m *maker) written(number string) string {
	country, national, _ := strings.Cut(number, " ")
	area, local, _ := strings.Cut(national, " ")
	local = strings.ReplaceAll(local, " ", "-")
	american := country == "+1"
	switch style := m.IntN(20); {
	case style < 3:
		return compact(number)
	case style < 5:
		return strings.ReplaceAll(number, " ", "-")
	case style < 8 && american:
		return "(" + area + ") " + local
	case style < 9 && american:
		return country + " (" + area + ") " + local
	case style < 8:
		return "0" + national
	case style < 9:
		return country + " (0)" + national
	}
	return number
}

func compact(number string) string { return strings.ReplaceAll(number, " ", "") }
