package record

import (
	"encoding/binary"
	"hash/crc32"
	"sync"
)

// sum puts the columns of a row behind each other, to take the CRC-32C of all: a
// number in eight bytes, the most significant first, a text after its length in
// four. It is used again once end was called.
type sum struct{ row []byte }

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	sums       = sync.Pool{New: func() any { return new(sum) }}
)

func newSum() *sum { return sums.Get().(*sum) }

func (s *sum) number(list ...int64) {
	for _, n := range list {
		s.row = binary.BigEndian.AppendUint64(s.row, uint64(n))
	}
}

func (s *sum) text(b []byte) {
	s.row = append(binary.BigEndian.AppendUint32(s.row, uint32(len(b))), b...)
}

func (s *sum) word(w string) {
	s.row = append(binary.BigEndian.AppendUint32(s.row, uint32(len(w))), w...)
}

// longestKept is how much room a sum keeps for the next row.
const longestKept = 1 << 16

func (s *sum) end() uint32 {
	crc := crc32.Checksum(s.row, castagnoli)
	if s.row = s.row[:0]; cap(s.row) > longestKept {
		s.row = nil
	}
	sums.Put(s)
	return crc
}
