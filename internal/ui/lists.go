package ui

// listLinks is what stands around the rows of a list that is read a page at a time, by the same
// cursors as the API's.
type listLinks struct {
	Next, First, Curl string // addresses; "" for none
	Empty             bool   // no page of it has anything
	Again             int    // in how many seconds to look again; 0 where nothing is under way
}

// listPage has the page of a list read that the address asks for: read gives how many rows it has, and the
// cursor of the next. Where the address asks for the command that reads the same, of the API's path, that is
// the answer, and nothing is read.
func (v *visit) listPage(path string, show *listLinks, read func(cursor string) (rows int, next string, err error)) (answer, error) {
	asks, cursor := request{path: path}, v.Form.Get("cursor")
	if cursor != "" {
		asks.query = map[string][]string{"cursor": {cursor}}
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), asks), nil
	}
	rows, next, err := read(cursor)
	if err != nil {
		return nil, err
	}
	show.Curl = v.address("show", "curl", "done", "")
	if next != "" {
		show.Next = v.address("cursor", next, "done", "")
	}
	if cursor != "" {
		show.First = v.URL.EscapedPath()
	}
	show.Empty = rows == 0 && next == "" && cursor == ""
	return nil, nil
}

// follow has a list looked at again that has something under way.
func (l *listLinks) follow(p *progressView) {
	if p != nil {
		l.Again = again
	}
}
