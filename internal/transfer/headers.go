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
			if !there && !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
			s.From[i] = own
		}
		fits = append(fits, s)
	}
	return fits, missing
}
