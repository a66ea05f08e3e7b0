package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// MaxFileName is how many code points the name of a file may have.
const MaxFileName = 255

// FileName gives the name by which a file that was sent is known: the last part of a path of any
// system, as browsers and people send whole ones. It refuses what shows nothing, or is more than a
// line of text.
func FileName(sent string) (string, *Flaw) {
	name := strings.TrimSpace(sent[strings.LastIndexAny(sent, `/\`)+1:])
	switch {
	case name == "", name == ".", name == "..":
		return "", &Flaw{fault.CodeTextEmpty, "This names no file; send its name, such as customers.csv, or leave it out."}
	case longerThan(name, MaxFileName):
		return "", &Flaw{fault.CodeTextTooLong, "The name of the file has more than 255 characters; send a shorter one."}
	}
	return name, CheckLine("name of the file", name)
}
