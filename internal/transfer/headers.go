package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// HeadersOf gives what files have in common that have the same columns, in any order: a hash of their
// names, by which case and spaces do not count. Of columns that have no names of their own it is "".
func (f *File) HeadersOf() string {
	if header := f.Recognised.Header; header != nil && !*header {
		return ""
	}
	names := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		names[i] = foldedHeader(c.Name)
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return hex.EncodeToString(sum[:])
}

// foldedHeader gives what names of columns have in common that are the same.
func foldedHeader(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// Whole gives the mapping with the columns of a file that it leaves out, which are ignored.
func (m Mapping) Whole(f *File) Mapping {
	whole := slices.Clone(m)
	for _, c := range f.Columns {
		if !slices.ContainsFunc(m, func(s Step) bool { return slices.Contains(s.From, c.Name) }) {
			whole = append(whole, Step{From: []string{c.Name}, Rule: Ignore, Why: []string{"It is not in the mapping."}})
		}
	}
	return whole
}

// Takes tells whether anything of a file is taken.
func (m Mapping) Takes() bool {
	return slices.ContainsFunc(m, func(s Step) bool { return s.Rule != Ignore })
}

// For gives the mapping as the columns of a file are called, which may have other case and spaces than those
// that it was made of, and the columns that it names and the file has not.
func (m Mapping) For(f *File) (fits Mapping, missing []string) {
	called := map[string]string{}
	for _, c := range slices.Backward(f.Columns) {
		called[foldedHeader(c.Name)] = c.Name
	}
	for _, c := range f.Columns {
		called[c.Name] = c.Name
	}
	for _, s := range m {
		s.From = slices.Clone(s.From)
		for i, name := range s.From {
			own, there := called[name]
			if !there {
				own, there = called[foldedHeader(name)]
			}
			if !there && s.Rule != Ignore && !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
			s.From[i] = own
		}
		if s.Rule == Ignore {
			s.From = slices.DeleteFunc(s.From, func(name string) bool { return name == "" })
		}
		if len(s.From) > 0 {
			fits = append(fits, s)
		}
	}
	return fits, missing
}
