package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// Limits on a number slot (CONTRACT D13).
const (
	maxNumberWhole       = 20 // digits before the point: the value is below 1e20
	maxNumberDecimals    = 20 // digits after it
	maxNumberSignificant = 30 // digits in all, without zeros at either end
)

// parseNumber brings a decimal number to the one form in which it is stored:
// plain notation, no exponent, no zero that could be left out. It works on the
// digits as text, so it is exact, and neither a long literal nor a great
// exponent costs more than reading it.
func parseNumber(s string) (string, *Flaw) {
	n, ok := scanDecimal(s)
	switch {
	case !ok:
		return "", &Flaw{fault.CodeNumberInvalid, "The number must be a decimal number, such as 500 or -12.5."}
	case n.digits == "":
		return "0", nil
	case n.point > maxNumberWhole:
		return "", &Flaw{fault.CodeNumberRange, "The number must be greater than -1e20 and less than 1e20."}
	case len(n.digits)-n.point > maxNumberDecimals:
		return "", &Flaw{fault.CodeNumberRange, "The number has more than 20 decimals."}
	case len(n.digits) > maxNumberSignificant:
		return "", &Flaw{fault.CodeNumberRange, "The number has more than 30 significant digits."}
	}
	var room [maxNumberWhole + maxNumberDecimals + len("-0.")]byte
	plain := n.appendPlain(room[:0])
	if string(plain) == s {
		return s, nil
	}
	return string(plain), nil
}

// A decimal is 0.DIGITS times ten to the power of point.
type decimal struct {
	negative bool
	digits   string // the significant ones: no zero at either end; "" for zero
	point    int
}

// scanDecimal reads [+-]?(digits[.digits*]|.digits)([eE][+-]?digits)? in ASCII
// and tells whether s is that. JSON's numbers are among them.
func scanDecimal(s string) (decimal, bool) {
	negative, s := cutSign(s)
	mantissa, exponent := s, 0
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		var ok bool
		if exponent, ok = scanExponent(s[e+1:]); !ok {
			return decimal{}, false
		}
		mantissa = s[:e]
	}
	whole, decimals, _ := strings.Cut(mantissa, ".")
	digits := whole + decimals
	if digits == "" || !isASCIIDigits(digits) {
		return decimal{}, false
	}
	significant := strings.TrimLeft(digits, "0")
	point := len(whole) - (len(digits) - len(significant)) + exponent
	return decimal{negative, strings.TrimRight(significant, "0"), point}, true
}

// scanExponent reads what follows the e. Far beyond what any number in range
// can have, it stops counting: no literal is long enough to make up for it.
func scanExponent(s string) (int, bool) {
	const enough = 1 << 40
	negative, s := cutSign(s)
	if s == "" || !isASCIIDigits(s) {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		n = min(n*10+int(s[i]-'0'), enough)
	}
	if negative {
		n = -n
	}
	return n, true
}

func cutSign(s string) (negative bool, rest string) {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[0] == '-', s[1:]
	}
	return false, s
}

// isASCIIDigits tells whether s holds nothing but ASCII digits.
func isASCIIDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// appendPlain writes the number, which is not zero, in plain notation.
func (n decimal) appendPlain(b []byte) []byte {
	if n.negative {
		b = append(b, '-')
	}
	switch {
	case n.point <= 0:
		b = append(b, "0."...)
		b = appendZeros(b, -n.point)
		return append(b, n.digits...)
	case n.point >= len(n.digits):
		b = append(b, n.digits...)
		return appendZeros(b, n.point-len(n.digits))
	default:
		b = append(b, n.digits[:n.point]...)
		b = append(b, '.')
		return append(b, n.digits[n.point:]...)
	}
}

func appendZeros(b []byte, n int) []byte {
	for range n {
		b = append(b, '0')
	}
	return b
}
