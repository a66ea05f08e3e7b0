package main

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// Text that is not UTF-8 is refused wherever it comes from, before anything is
// made of it: JSON would put U+FFFD in place of what it does not know, and two
// names would silently become one.

const notUTF8 = "%s is not text in UTF-8: set the terminal to UTF-8, or convert what you paste, as with `iconv -t UTF-8`"

// readableArgs refuses arguments that are not UTF-8, by the flag that they
// belong to and never by what they hold.
func readableArgs(args []string) error {
	for i, arg := range args {
		if utf8.ValidString(arg) {
			continue
		}
		name, _, isFlag := strings.Cut(arg, "=")
		switch {
		case isFlag && strings.HasPrefix(name, "-") && utf8.ValidString(name):
		case i > 0 && strings.HasPrefix(args[i-1], "-") && args[i-1] != "--":
			name = args[i-1]
		default:
			name = fmt.Sprintf("argument %d", i+1)
		}
		return fmt.Errorf(notUTF8, name)
	}
	return nil
}

// readableEnvironment refuses variables that a command's flags come from.
func readableEnvironment(parsed *kong.Context) error {
	for _, flag := range parsed.Flags() {
		for _, name := range flag.Envs {
			if !utf8.ValidString(os.Getenv(name)) {
				return fmt.Errorf(notUTF8, name)
			}
		}
	}
	return nil
}
