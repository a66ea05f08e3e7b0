package transfer

import (
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// Row is what one record of a file says of a contact. It is valid until the next.
type Row struct {
	Line   int
	ID     contact.ID // 0 where the row names none
	Values [contact.NumCollections]Said
	Fields [contact.NumSlots]Said // by Slot.Index; one text at most
	// Problems are why the row is refused, whole; LeftOut is what was left out of a
	// row that is not.
	Problems, LeftOut []Problem
}

// Said is what a row says of a collection or a slot. Its texts have passed
// contact.ParseValue or contact.ParseField.
type Said struct {
	Rule  Rule     // "" where the row says nothing
	Texts []string // each once; empty clears, by Mirror alone
}

// Patch gives what a row makes of a new contact.
func (r *Row) Patch() (p contact.Patch) {
	for col := range r.Values {
		if texts := r.Values[col].Texts; len(texts) > 0 {
			p.Values[col] = contact.List{Sent: true, Texts: texts}
		}
	}
	for i := range r.Fields {
		if texts := r.Fields[i].Texts; len(texts) > 0 {
			p.Fields.Sent, p.Fields.Named[i], p.Fields.Texts[i] = true, true, texts[0]
		}
	}
	return p
}

// Weight is about how many octets the texts of a row are, with what is said of them.
func (r *Row) Weight() (n int) {
	said := func(s *Said) {
		for _, text := range s.Texts {
			n += len(text)
		}
	}
	for i := range r.Values {
		said(&r.Values[i])
	}
	for i := range r.Fields {
		said(&r.Fields[i])
	}
	for _, list := range [][]Problem{r.Problems, r.LeftOut} {
		for i := range list {
			n += len(list[i].Column) + len(list[i].Why)
		}
	}
	return n
}

// Empty tells whether a row says nothing at all.
func (r *Row) Empty() bool {
	for i := range r.Values {
		if r.Values[i].Rule != "" {
			return false
		}
	}
	for i := range r.Fields {
		if r.Fields[i].Rule != "" {
			return false
		}
	}
	return r.ID == 0
}

// Rows reads a file by a mapping. An error of the mapping is a *fault.Error; an
// error among the rows is of the file as a whole, and the last.
func (f *File) Rows(m Mapping) (iter.Seq2[*Row, error], error) {
	steps, err := f.compile(m)
	if err != nil {
		return nil, err
	}
	return func(yield func(*Row, error) bool) {
		from, err := f.records()
		if err != nil {
			yield(nil, err)
			return
		}
		reader := rowReader{file: f, steps: steps}
		for {
			rec, err := from.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if row := reader.read(&rec); row != nil && !yield(row, nil) {
				return
			}
		}
	}, nil
}

// rowReader makes rows of records.
type rowReader struct {
	file  *File
	steps []compiled
	row   Row
	named string // a name that stood before an email
	parts []string
}

// read gives the row of a record, nil of one in which nothing stands.
func (r *rowReader) read(rec *record) *Row {
	r.row, r.named = Row{Line: rec.line, LeftOut: rec.left}, ""
	if rec.wrong != "" {
		r.problem("", rec.wrong)
		return &r.row
	}
	if rec.many == nil && filled(rec.cells) == 0 {
		return nil
	}
	if why := r.file.misfit(rec); why != "" {
		r.problem("", why)
		return &r.row
	}
	if r.damaged(rec) {
		return &r.row
	}
	for i := range r.steps {
		r.step(&r.steps[i], rec)
	}
	if names := &r.row.Values[contact.Names]; r.named != "" && len(names.Texts) == 0 && names.Rule == "" {
		r.value(contact.Names, Fill, r.named, "")
	}
	r.lengths()
	if r.row.Empty() && len(r.row.Problems) == 0 {
		r.problem("", "No column of the mapping holds anything in this row.")
	}
	return &r.row
}

func (r *rowReader) problem(column, why string) {
	r.row.Problems = append(r.row.Problems, Problem{column, why})
}

// lengths refuses lists that no contact can hold.
func (r *rowReader) lengths() {
	for _, col := range contact.Collections {
		if len(r.row.Values[col].Texts) > contact.MaxValues {
			r.problem("", contact.TooMany(col, contact.MaxValues).Message)
		}
	}
}

// said gives what a target holds so far, nil where a step has nothing to add: by
// Fill, where the row has something there already.
func (r *rowReader) said(s *compiled) *Said {
	said := &r.row.Values[s.col]
	if s.isSlot {
		said = &r.row.Fields[s.slot.Index()]
	}
	if s.rule == Fill && len(said.Texts) > 0 {
		return nil
	}
	return said
}

func (r *rowReader) step(s *compiled, rec *record) {
	if !s.id && r.said(s) == nil {
		return
	}
	there := 0
	for _, column := range s.columns {
		if rec.at(column) != nil {
			there++
		}
	}
	if there == 0 {
		return
	}
	if s.rule == Mirror && !s.id && there == len(s.columns) {
		r.said(s).Rule = Mirror
	}
	if s.as == AsPrimaryMarked {
		r.marked(s, rec)
		return
	}
	if s.as == AsWholeAddress {
		if first := joinAddress(rec.at(s.columns[0])); first != "" {
			r.one(s, r.column(s.columns[0]), first)
			return
		}
	}
	if len(s.columns) > 1 && (s.as == AsText || s.as == AsName || s.as == AsAddress || s.as == AsWholeAddress) {
		r.joined(s, rec)
		return
	}
	for _, column := range s.columns {
		for _, cell := range rec.at(column) {
			cell = r.file.unwrapped(cell)
			if strings.TrimSpace(cell) != "" || cell != "" && s.isSlot && r.file.exact() {
				r.one(s, r.column(column), cell)
			}
		}
	}
}

func (r *rowReader) column(i int) string { return r.file.Columns[i].Name }

// joined makes one value of several columns.
func (r *rowReader) joined(s *compiled, rec *record) {
	r.parts = r.parts[:0]
	for _, column := range s.columns {
		for _, cell := range rec.at(column) {
			r.parts = append(r.parts, r.file.unwrapped(cell))
		}
	}
	text := ""
	switch s.as {
	case AsName:
		text = joinName(r.parts)
	case AsText:
		text = strings.Join(filledOf(r.parts), " ")
	default:
		text = joinAddress(r.parts)
	}
	if text == "" {
		return
	}
	column := r.column(s.columns[0])
	if s.isSlot {
		r.field(s, column, text)
	} else {
		r.value(s.col, s.rule, text, column)
	}
}

// marked reads pairs of a value and its type: "* Work" makes the value the first.
func (r *rowReader) marked(s *compiled, rec *record) {
	said := r.said(s)
	for i := 0; i+1 < len(s.columns); i += 2 {
		before := len(said.Texts)
		for _, cell := range rec.at(s.columns[i]) {
			if strings.TrimSpace(cell) != "" {
				r.one(s, r.column(s.columns[i]), cell)
			}
		}
		kind := rec.at(s.columns[i+1])
		if len(said.Texts) > before && len(kind) > 0 && strings.HasPrefix(kind[0], "* ") {
			said.Texts = append(append([]string{said.Texts[before]}, said.Texts[:before]...), said.Texts[before+1:]...)
		}
	}
}

// one reads one cell that holds something.
func (r *rowReader) one(s *compiled, column, cell string) {
	switch {
	case s.id:
		id, ok := wire.ParseID(strings.TrimSpace(cell))
		if !ok {
			r.problem(column, whyID)
		}
		r.row.ID = id
	case s.isSlot:
		r.field(s, column, cell)
	case r.file.exact():
		r.value(s.col, s.rule, cell, column)
	case s.col == contact.Emails:
		all, name, left, why := emailsIn(cell)
		if why != "" {
			r.problem(column, why)
		}
		if left != "" {
			r.row.LeftOut = append(r.row.LeftOut, Problem{column, left})
		}
		if r.named == "" {
			r.named = name
		}
		for _, text := range all {
			r.value(s.col, s.rule, text, column)
		}
	case s.col == contact.Phones:
		all, why := phonesIn(cell)
		if why != "" {
			r.problem(column, why)
		}
		for _, text := range all {
			r.value(s.col, s.rule, text, column)
		}
	case r.file.Recognised.Format != CSV:
		r.value(s.col, s.rule, cell, column)
	default:
		for _, text := range strings.Split(cell, " ::: ") {
			r.value(s.col, s.rule, text, column)
		}
	}
}

// value adds a value to a collection, unless it is there already (CONTRACT D8).
func (r *rowReader) value(col contact.Collection, rule Rule, sent, column string) {
	text, flaw := contact.ParseValue(col, sent)
	if flaw != nil {
		r.problem(column, flaw.Message)
		return
	}
	said := &r.row.Values[col]
	if said.Rule == "" || said.Rule == Fill {
		said.Rule = rule
	}
	if len(said.Texts) <= contact.MaxValues && !r.has(said.Texts, col, text) {
		said.Texts = append(said.Texts, text)
	}
}

// has tells whether a list has a text already.
func (r *rowReader) has(list []string, col contact.Collection, text string) bool {
	if len(list) == 0 {
		return false
	}
	key := contact.DedupKey(col, text)
	for _, other := range list {
		if contact.DedupKey(col, other) == key {
			return true
		}
	}
	return false
}

// field sets a slot.
func (r *rowReader) field(s *compiled, column, cell string) {
	text, why := cell, ""
	if !r.file.exact() {
		switch s.slot.Kind() {
		case contact.NumberField:
			text, why = numberIn(cell, s.as)
		case contact.DateField:
			text, why = dateIn(cell, s.as)
		}
	}
	if why == "" {
		var flaw *contact.Flaw
		if text, flaw = contact.ParseField(s.slot, text, false); flaw != nil {
			why = flaw.Message
		}
	}
	said := &r.row.Fields[s.slot.Index()]
	switch {
	case why != "":
		r.problem(column, why)
	case text == "":
	case len(said.Texts) > 0 && said.Texts[0] != text:
		r.problem(column, "The row has two values for "+s.path+", which holds one.")
	default:
		said.Rule, said.Texts = s.rule, []string{text}
	}
}

// misfit tells why a record of CSV is no row of the table, "" of one that is. In a
// row with more or fewer cells than columns the cells may have moved: a delimiter stood
// in one that was not quoted, or is missing. Rows that end early are taken only
// where leaving empty cells at the end out is the way of the file.
func (f *File) misfit(rec *record) string {
	if rec.many != nil {
		return ""
	}
	width := len(f.Columns)
	switch {
	case len(rec.cells) > width && (filled(rec.cells[width:]) > 0 || !f.goesOn()):
		return "The row has more cells than there are columns: a cell that holds a delimiter must stand in quotation marks."
	case len(rec.cells) == 1 && width > 2:
		return "The line is no row of the table: it has one cell."
	case len(rec.cells) < width && !f.cutsShort():
		return "The row has fewer cells than there are columns: a delimiter is missing, or a cell with a line break does not stand in quotation marks."
	}
	return ""
}

// damaged refuses a row of a file that is not all text, or was decoded, where a letter
// of it is none.
func (r *rowReader) damaged(rec *record) bool {
	if !r.file.damaged {
		return false
	}
	for i := range r.file.Columns {
		for _, cell := range rec.at(i) {
			if !utf8.ValidString(cell) || strings.ContainsRune(cell, utf8.RuneError) {
				r.problem(r.column(i), "It has letters that cannot be read: the row is damaged, or in another encoding than the rest of the file.")
				return true
			}
		}
	}
	return false
}

// cutsShort tells whether the file leaves out the empty cells at the end of its
// rows: it never writes one, and one row in twenty ends early, at least.
func (f *File) cutsShort() bool { return !f.padded && 20*f.short >= f.Records }

// goesOn tells whether the file has delimiters at the end of its rows that its header
// has not: one row in twenty, at least.
func (f *File) goesOn() bool { return 20*f.long >= f.Records }

// unwrapped takes what is around text that spreadsheets shall not count with:
// ="0301234", and of Carnet's own files that are made for spreadsheets, which begin with
// a mark, the apostrophe before what looks like a formula or begins with one.
func (f *File) unwrapped(cell string) string {
	if f.exact() && f.marked && len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("'=+-@\t\r", cell[1]) >= 0 {
		return cell[1:]
	}
	if inner, ok := strings.CutPrefix(cell, `="`); ok && !f.exact() {
		if inner, ok = strings.CutSuffix(inner, `"`); ok {
			return inner
		}
	}
	return cell
}
