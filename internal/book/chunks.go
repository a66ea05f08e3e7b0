package book

import (
	"bytes"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Chunks are the parts of a file that is stored, each packed by itself: what is packed so may
// stand one behind the other.
type Chunks struct {
	Sizes []int `json:"sizes,omitzero"` // of all chunks, those that are gone as well
	First int   `json:"first,omitzero"` // how many of them, from the first on, are not of the file any more
	Gone  int   `json:"gone,omitzero"`  // how many of those are gone
}

// Size gives how many octets the file has, packed.
func (c *Chunks) Size() (n int64) {
	for _, size := range c.Sizes[c.First:] {
		n += int64(size)
	}
	return n
}

// letGo makes no chunk that there is part of the file any more.
func (c *Chunks) letGo() { c.First = len(c.Sizes) }

// chunksGoAtOnce is how many chunks go in one transaction.
const chunksGoAtOnce = 16

// shed takes away some chunks that are not of the file any more.
func (c *Chunks) shed() (save store.FileSave) {
	upTo := min(c.First, c.Gone+chunksGoAtOnce)
	for _, size := range c.Sizes[c.Gone:upTo] {
		save.Was += int64(size)
	}
	if upTo > c.Gone {
		save.Gone, c.Gone = int64(upTo), upTo
	}
	return save
}

// add notes chunks that are new, and gives them their numbers.
func (c *Chunks) add(chunks []record.FileChunk) {
	for i := range chunks {
		c.Sizes = append(c.Sizes[:len(c.Sizes):len(c.Sizes)], len(chunks[i].Data))
		chunks[i].N = int64(len(c.Sizes))
	}
}

// packed gives a chunk of these octets.
func packed(data []byte) (record.FileChunk, error) {
	var to bytes.Buffer
	pack, err := gzip.NewWriterLevel(&to, gzip.BestSpeed)
	if err == nil {
		_, err = pack.Write(data)
	}
	if err == nil {
		err = pack.Close()
	}
	return record.FileChunk{Data: to.Bytes()}, err
}
