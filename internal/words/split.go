package words

import (
	"unicode"
	"unicode/utf8"
)

// Word is one word of a text, folded.
type Word struct {
	Text string
	// Run tells that it is a run of Chinese, Japanese or Korean signs, in which words have
	// no ends to be seen: it is found by any part of it, and not by its beginning alone.
	Run bool
}

// Of gives the words of a text in their order. A word is letters, digits and the marks on them; all else only parts
// words, and so does a change from signs of China, Japan or Korea to others.
func Of(text string) (list []Word) {
	folded := Fold(text)
	start, run := -1, false
	end := func(at int) {
		if start >= 0 {
			list = append(list, Word{folded[start:at], run})
			start = -1
		}
	}
	for at, r := range folded {
		switch {
		case !inWord(r) || unicode.Is(unicode.M, r) && start < 0: // a mark on nothing
			end(at)
		case start < 0:
			start, run = at, isSign(r)
		case isSign(r) != run && !unicode.Is(unicode.M, r):
			end(at)
			start, run = at, isSign(r)
		}
	}
	end(len(folded))
	return list
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// isSign tells whether a letter is Chinese, Japanese or Korean. The long vowel of
// Japanese and the sign that repeats another are no letters of one script.
func isSign(r rune) bool {
	return r >= 0x1100 && (r == 'ー' || r == '々' || r == '〆' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo))
}
