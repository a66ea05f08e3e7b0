package sqlite

// Statements tells how many statements the writer and the readers have run
// since Open. It waits for those that are under way, so no transaction may be
// open in the caller's goroutine. What moves the log is not counted.
func (b *Backend) Statements() int64 {
	b.writing.Lock()
	n := b.writer.ran
	b.writing.Unlock()
	b.reading.Lock() // so every reader is in its place
	defer b.reading.Unlock()
	for range len(b.readers) {
		c := <-b.readers
		n += c.ran
		b.readers <- c
	}
	return n
}
