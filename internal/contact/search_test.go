package contact

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// searched are the contacts of testdata/search.txt, and what is asked of them.
type searched struct {
	contacts  []Contact
	questions []question
}

type question struct {
	text    string
	refused bool
	found   []ID
}

func readSearched(t *testing.T) (all searched) {
	t.Helper()
	text, err := os.ReadFile("testdata/search.txt")
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '"':
			q, err := strconv.QuotedPrefix(line)
			if err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
			answer := strings.Fields(line[len(q):])
			one := question{refused: slices.Equal(answer, []string{"refused"})}
			if one.text, err = strconv.Unquote(q); err != nil {
				t.Fatalf("line %d: %v", n+1, err)
			}
			for _, id := range answer {
				if !one.refused {
					one.found = append(one.found, ID(number(t, id)))
				}
			}
			all.questions = append(all.questions, one)
		default:
			all.contacts = append(all.contacts, readContact(t, line))
		}
	}
	return all
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func readContact(t *testing.T, line string) (c Contact) {
	t.Helper()
	parts := strings.Split(line, " | ")
	c.ID = ID(number(t, strings.TrimPrefix(parts[0], "contact ")))
	for _, part := range parts[1:] {
		kind, text, _ := strings.Cut(part, " ")
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "text", "number", "date":
			slot, text, _ := strings.Cut(text, " ")
			c.Fields[Slot(number(t, slot)).Index()].Text = text
		case "long": // more words than are kept apart
			for i := range maxSearchKeys + 200 {
				text += fmt.Sprintf(" word%d", i)
			}
			c.Fields[0].Text = text
		default:
			col, ok := CollectionOf(kind + "s")
			if _, flaw := ParseValue(col, text); !ok || flaw != nil {
				t.Fatalf("contact %d: %q: %+v", c.ID, part, flaw)
			}
			c.Values[col] = append(c.Values[col], Value{Text: text})
		}
	}
	return c
}

// byForce looks at each contact.
func (all *searched) byForce(s *Search, region string) (found []ID) {
	ranks := map[ID]Rank{}
	for i := range all.contacts {
		c := &all.contacts[i]
		if rank, ok := s.Rank(c, region); ok {
			ranks[c.ID] = rank
			found = append(found, c.ID)
		}
	}
	slices.SortFunc(found, func(a, b ID) int { return cmp.Or(cmp.Compare(ranks[a], ranks[b]), cmp.Compare(b, a)) })
	return found
}

func TestQuestions(t *testing.T) { // CONTRACT D39
	all := readSearched(t)
	if len(all.questions) < 200 {
		t.Errorf("only %d questions", len(all.questions))
	}
	for _, q := range all.questions {
		s, flaw := ParseSearch(q.text)
		if (flaw != nil) != q.refused {
			t.Errorf("%q: %+v, want refused: %t", q.text, flaw, q.refused)
		}
		if flaw != nil {
			continue
		}
		if found := all.byForce(&s, "GB"); !slices.Equal(found, q.found) {
			t.Errorf("%q finds %d, want %d", q.text, found, q.found)
		}
		for i := range all.contacts {
			checkKeys(t, &s, &all.contacts[i], "GB")
		}
	}
}

// within tells whether one of the keys is in one of the ranges.
func within(keys []MatchKey, ranges []KeyRange) bool {
	for _, r := range ranges {
		for _, k := range keys {
			if k.Kind == r.Kind && r.From <= k.Text && k.Text < r.To {
				return true
			}
		}
	}
	return false
}

// checkKeys checks that a contact that is found has the keys by which an index leads to it.
func checkKeys(t rapid.TB, s *Search, c *Contact, region string) {
	t.Helper()
	rank, found := s.Rank(c, region)
	keys := append(MatchKeys(c, region), SearchKeys(c, region, 0)...)
	if !found || within(keys, Long()) {
		return
	}
	if rank != Within && !within(keys, s.Ranked(rank, region)) {
		t.Fatalf("contact %d is found with rank %d by no key: %+v", c.ID, rank, keys)
	}
	for i, part := range s.Parts(region) {
		if !within(keys, part) {
			t.Fatalf("contact %d has no key for part %d of %+v: %+v", c.ID, i, s, keys)
		}
	}
}

// A number that is typed as it is dialled at home has a beginning of its own.
func TestKeysOfNumbersWithoutTheirCode(t *testing.T) {
	for region, typed := range map[string]string{"US": "206 555 0101", "GB": "020 7946 0101", "": "2065550101"} {
		c := Contact{ID: 1}
		c.Values[Phones] = []Value{{Text: typed}}
		digits := typedDigits(typed)
		for n := minPart; n <= len(digits); n++ {
			for from := 0; from+n <= len(digits); from++ {
				s, flaw := ParseSearch(digits[from : from+n])
				if _, found := s.Rank(&c, region); flaw != nil || !found {
					t.Errorf("%s in %q is not found by %s", typed, region, digits[from:from+n])
				}
				checkKeys(t, &s, &c, region)
			}
		}
	}
}

func TestSearchIsBounded(t *testing.T) {
	if _, flaw := ParseSearch(strings.Repeat("é", MaxSearch)); flaw != nil {
		t.Errorf("200 characters: %+v", flaw)
	}
	for _, text := range []string{strings.Repeat("é", MaxSearch+1), strings.Repeat("a", 10_000), "\xff", "a\x00"} {
		if _, flaw := ParseSearch(text); flaw == nil {
			t.Errorf("%.10q… is taken", text)
		}
	}
	var c Contact
	for i := range 15 {
		c.Fields[i].Text = strings.Repeat("山田 太郎 x", 100) + fmt.Sprint(i)
		for n := range 200 {
			c.Fields[i].Text += fmt.Sprintf(" w%dx%d", i, n)
		}
	}
	if keys := SearchKeys(&c, "", 0); !slices.Equal(keys, []MatchKey{{LongKey, ""}}) {
		t.Errorf("thousands of words: %d keys", len(keys))
	}
}

// Whatever is stored and asked for, the keys lead to all that is found by looking at each.
func TestKeysLeadToWhatIsFound(t *testing.T) { // CONTRACT D39
	piece := rapid.SampledFrom([]string{"ada", "Ad", "é", "東", "京", "カ", "ﾞ", "김", "ß", "1", "23", "0", "٣", " ", " ", "-", "+", "(0)", "@", ".", "x", "क्", "\u0301", "İ", "longlonglonglonglonglonglong"})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "") })
	digits := rapid.StringMatching(`(\+|00|0|\+44|\+49 ?\(0\))?[0-4 ]{0,9}[0-4](x[0-4]{1,2}|[*#,][0-4]{1,3})?`)
	rapid.Check(t, func(t *rapid.T) {
		c := Contact{ID: 1}
		for _, col := range Collections {
			of := text
			if col == Phones {
				of = digits
			}
			for _, v := range rapid.SliceOfN(of, 0, 3).Draw(t, col.String()) {
				c.Values[col] = append(c.Values[col], Value{Text: v})
			}
		}
		c.Fields[3].Text = text.Draw(t, "slot")
		region := regions.Draw(t, "region")
		s, flaw := ParseSearch(rapid.OneOf(text, digits).Draw(t, "search"))
		if flaw == nil {
			checkKeys(t, &s, &c, region)
		}
	})
}
