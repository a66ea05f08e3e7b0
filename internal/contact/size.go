package contact

import "github.com/carnet-project/carnet/internal/fault"

// MaxSize is how many octets all values of a contact may take as JSON in which
// everything outside ASCII is escaped, and where they came from: what GET answers must fit into the body
// of a PUT, however a client writes it (CONTRACT D5, D15). A contact that was
// never merged is always smaller.
const MaxSize = 4<<20 - 4<<10 // the names of members take their part

// originSize is what each origin of a value beyond its first counts for: a value
// that many contacts brought takes room for that.
const originSize = 8

// checkSize refuses a contact that has become larger than MaxSize. path is what
// made it so.
func checkSize(c *Contact, path string) error {
	octets := 0
	each(c, func(v Value) { octets += len(v.Text) + 3 + originSize*(len(v.Origins)-1) })
	if octets <= MaxSize/escapedOctet {
		return nil
	}
	octets = 0
	each(c, func(v Value) { octets += escaped(v.Text) + 3 + originSize*(len(v.Origins)-1) })
	if octets <= MaxSize {
		return nil
	}
	return fault.At(path, fault.CodeContactTooLarge, "The contact would be larger than 4 MiB. Remove some values first.")
}

// escapedOctet is how many octets one octet can become: a control character.
const escapedOctet = 6

// escaped gives how many octets a text takes as JSON at the most.
func escaped(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r < ' ', r == 0x7f:
			n += 6
		case r == '"', r == '\\':
			n += 2
		case r < 0x80:
			n++
		case r < 0x10000:
			n += 6
		default:
			n += 12
		}
	}
	return n
}

func each(c *Contact, f func(Value)) {
	for _, list := range c.Values {
		for _, v := range list {
			f(v)
		}
	}
	for _, v := range c.Fields {
		if v.Text != "" {
			f(v)
		}
	}
}
