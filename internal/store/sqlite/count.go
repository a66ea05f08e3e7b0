package sqlite

// Work tells how many statements the writer and the readers have run since
// Open, and how many rows those gave, or stepped over. It waits for those that
// are under way, so no transaction may be open in the caller's goroutine. What
// moves the log is not counted.
func (b *Backend) Work() (statements, rows int64) {
	b.writing.Lock() // held, so that nobody else takes readers one by one
	defer b.writing.Unlock()
	conns := []*conn{b.writer}
	for _, from := range b.pools() {
		for range cap(from) {
			c := <-from
			defer func() { from <- c }()
			conns = append(conns, c)
		}
	}
	for _, c := range conns {
		statements, rows = statements+c.ran, rows+c.looked
	}
	return statements, rows
}
