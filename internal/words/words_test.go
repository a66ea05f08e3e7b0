package words

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"Ada", "ada"}, {"ada 12", "ada 12"},
		{"Zoë", "zoe"}, {"Zoe\u0308", "zoe"}, {"GARÇON", "garcon"}, {"Ångström", "angstrom"},
		{"Straße", "strasse"}, {"STRASSE", "strasse"}, {"STRAẞE", "strasse"},
		{"İstanbul", "istanbul"}, {"Işık", "isik"}, {"ISIK", "isik"}, {"ılık", "ilik"},
		{"Łódź", "lodz"}, {"Øre", "ore"}, {"Æsir", "aesir"}, {"Œuvre", "oeuvre"}, {"Đorđe", "dorde"}, {"Þór", "thor"},
		{"Nguyễn Thị", "nguyen thi"}, {"Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"},
		{"Ἀθήνα", "αθηνα"}, {"ΑΘΗΝΑΣ", "αθηνασ"}, {"Ἀθήνας", "αθηνασ"}, {"ᾳ", "α"},
		{"Пётр", "петр"}, {"ПЕТР", "петр"}, {"Андрей", "андреи"}, {"Їжак", "іжак"},
		{"مُحَمَّد", "محمد"}, {"محـــمد", "محمد"}, {"أحمد", "احمد"}, {"آدم", "ادم"}, {"علی", "علي"}, {"فاطمة", "فاطمه"},
		{"שָׁלוֹם", "שלומ"}, {"שלום", "שלומ"},
		{"हिन्दी", "हिन्दी"}, {"ไทย", "ไทย"}, {"กิ่ง", "กิ่ง"}, {"தமிழ்", "தமிழ்"}, {"বাংলা", "বাংলা"},
		{"カタカナ", "かたかな"}, {"ｶﾞｯｺｳ", "がっこう"}, {"ガッコウ", "がっこう"}, {"がっこう", "がっこう"}, {"トーキョー", "とーきょー"},
		{"한국", "한국"}, {"\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"},
		{"東京", "東京"}, {"㍿", "株式会社"}, {"①②", "12"}, {"Ⅷ", "viii"}, {"ﬁn", "fin"},
		{"٠١٢٣", "0123"}, {"۰۱۲", "012"}, {"०१२", "012"}, {"๐๑", "01"}, {"１２３", "123"}, {"𝟗𝟎", "90"}, {"𝓐𝓭𝓪", "ada"},
		{"ad\u00ada", "ada"}, {"می\u200cخواهم", "ميخواهم"}, {"a\ufe0f", "a"}, {"\u202eada", "ada"},
	} {
		if got := Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {" \t%_\"*", ""}, {"😀", ""}, {"\u0301", ""},
		{"Ada  Lovelace", "ada lovelace"}, {"O'Brien-Smith, Jr.", "o brien smith jr"},
		{"ada.byron+x@example.com", "ada byron x example com"},
		{"東京都 千代田区", "[東京都] [千代田区]"}, {"東京Tower3丁目", "[東京] tower3 [丁目]"}, {"김철수A", "[김철수] a"},
		{"がっこう", "[がっこう]"}, {"トーキョー・佐々木", "[とーきょー] [佐々木]"},
		{"हिन्दी भाषा", "हिन्दी भाषा"}, {"NEAR(1 OR 2)", "near 1 or 2"},
	} {
		var got []string
		for _, w := range Of(c.text) {
			if w.Run {
				w.Text = "[" + w.Text + "]"
			}
			got = append(got, w.Text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("Of(%q) = %q, want %q", c.text, s, c.want)
		}
	}
}

// What was folded is not changed by folding it again, whether as one or word by word.
func TestFoldedStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		once := Fold(text)
		if again := Fold(once); again != once {
			t.Fatalf("Fold(%q) = %q, and of that %q", text, once, again)
		}
		if upper := strings.ToUpper(once); Fold(upper) != once && isPlain(once) {
			t.Fatalf("Fold(%q) = %q, want %q", upper, Fold(upper), once)
		}
		var texts []string
		for _, w := range Of(text) {
			if w.Text == "" {
				t.Fatalf("an empty word of %q", text)
			}
			texts = append(texts, w.Text)
		}
		if again := Of(strings.Join(texts, " ")); !slices.Equal(again, Of(text)) {
			t.Fatalf("the words of %q are %q, and theirs %v", text, texts, again)
		}
	})
}
