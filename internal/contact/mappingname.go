package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// MaxMappingName is how many code points the name of a mapping may have (CONTRACT D37).
const MaxMappingName = 100

// MappingName gives the name under which a mapping is kept. It refuses what is no line of text, and what
// would lead elsewhere in an address.
func MappingName(sent string) (string, *Flaw) {
	name := strings.TrimSpace(sent)
	switch {
	case name == "", name == ".", name == "..":
		return "", &Flaw{fault.CodeTextEmpty, "This is no name of a mapping; send 1 to 100 characters."}
	case longerThan(name, MaxMappingName):
		return "", &Flaw{fault.CodeTextTooLong, "The name of the mapping has more than 100 characters; send a shorter one."}
	}
	return name, CheckLine("name of the mapping", name)
}
