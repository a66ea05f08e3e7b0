package report

// Write makes the page.
func Write(bench, docs string) error { return nil }
