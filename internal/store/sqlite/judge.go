package sqlite

// verdict says whether a file and a log can be opened together.
type verdict int

const (
	fits       verdict = iota
	otherFile          // not the file that was open here, and no log beside it
	otherPair          // not the file that was open here, and a log beside it
	otherLog           // the file, beside a log that is not its own
	logGone            // the file, without the log that held its newest changes
	logDamaged         // the file and its log, which cannot be read to its end
	fileCut            // a file that is shorter than it says
)

// saltsApart is how far a log's salt may have come since the mark was made. Each
// reset adds one, and comes after 64 MiB at the earliest.
const saltsApart = 1 << 24

// judge compares what is there with what was open here last. It is told by known
// whether anything is known of that.
func judge(m mark, known bool, f header, l logState) verdict {
	usual := fits
	switch {
	case l.broken:
		usual = logDamaged
	case l.commits == 0 && !f.whole:
		usual = fileCut
	}
	if !known {
		if l.stamp != 0 && f.stamp != 0 && l.stamp != f.stamp {
			return otherLog
		}
		return usual
	}
	isNext := m.next != 0 && f.stamp == m.next
	switch {
	case !isNext && (f.stamp != m.stamp || m.schema != 0 && f.schema != m.schema):
		if l.commits > 0 {
			return otherPair
		}
		return otherFile
	case l.commits > 0 && !m.owns(l):
		return otherLog
	// The next stamp is written to an empty log and copied alone: where it is in
	// the file, all else is. So is all, too, where the log begins again.
	case l.commits == 0 && !m.whole && !isNext && !m.begins(l):
		return logGone
	}
	return usual
}

// begins tells whether a log without commits is one that begins again: its header
// has been written since the mark, which happens when all before was copied into
// the file, and a kill came before its first commit.
func (m *mark) begins(l logState) bool { return l.salt != 0 && l.salt != m.log && m.owns(l) }

// owns tells whether the log is that of the mark: it was there when the mark was
// made, or goes on from that one, or has the next stamp. Where it tells a stamp, that
// is one of the mark's.
func (m *mark) owns(l logState) bool {
	if l.stamp != 0 && l.stamp != m.stamp && l.stamp != m.next {
		return false
	}
	return m.any || m.log != 0 && l.salt-m.log < saltsApart || m.next != 0 && l.stamp == m.next
}
