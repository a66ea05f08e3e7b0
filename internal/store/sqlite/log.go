package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// logState is what is in a write-ahead log, read as SQLite's recovery reads it,
// but without opening it.
type logState struct {
	salt    uint32 // its first salt, which every reset makes one greater
	commits int    // transactions that recovery will find
	stamp   uint32 // in its first frame of the database's first page, of which it may have none: then 0
	broken  bool   // recovery will stop in front of transactions that were acknowledged
}

// The format of a log: a header, then frames of a header and a page each. What a
// frame's checksum says follows from all before it.
const (
	logHeaderSize   = 32
	frameHeaderSize = 24
	logMagic        = 0x377f0682 // or one more, where checksums take words as big-endian
)

// readLog reads the log at a path. One that is not there has no commits, and
// neither has one that recovery would take for empty.
func readLog(path string) (l logState, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	var head [logHeaderSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return l, ended(err)
	}
	at := func(offset int) uint32 { return binary.BigEndian.Uint32(head[offset:]) }
	sum := checksum{order: binary.LittleEndian}
	if at(0) == logMagic|1 {
		sum.order = binary.BigEndian
	}
	sum.add(head[:24])
	size := at(8)
	valid := at(0)&^1 == logMagic && sum.a == at(24) && sum.b == at(28) && size >= 512 && size <= 65536
	if valid {
		l.salt = at(16)
	} else {
		size = pageSize // so that what follows a damaged header can be counted
	}
	return l, ended(l.readFrames(r, head[16:24], int(size), sum, valid))
}

// readFrames reads until the end. Commits of this log that stand behind a frame
// that is not as it was written were synced before they were acknowledged; but
// one that was under way when the power went may have reached the disk in any
// order. So one is nothing, and two are damage.
func (l *logState) readFrames(r io.Reader, salts []byte, size int, sum checksum, valid bool) error {
	behind := 0
	frame := make([]byte, frameHeaderSize+size)
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			return err
		}
		own := bytes.Equal(frame[8:16], salts)
		sum.add(frame[:8])
		sum.add(frame[frameHeaderSize:])
		valid = valid && own && sum.a == binary.BigEndian.Uint32(frame[16:]) && sum.b == binary.BigEndian.Uint32(frame[20:])
		if valid && l.stamp == 0 && binary.BigEndian.Uint32(frame) == 1 {
			l.stamp = binary.BigEndian.Uint32(frame[frameHeaderSize+60:])
		}
		isCommit := binary.BigEndian.Uint32(frame[4:]) != 0
		switch {
		case valid && isCommit:
			l.commits++
		case !valid && own && isCommit:
			behind++
			l.broken = behind > 1
		}
	}
}

// ended takes the end of a file for what it is.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// checksum is the running sum over a log.
type checksum struct {
	order binary.ByteOrder
	a, b  uint32
}

// add takes in words of four octets, an even number of them.
func (s *checksum) add(octets []byte) {
	for ; len(octets) >= 8; octets = octets[8:] {
		s.a += s.order.Uint32(octets) + s.b
		s.b += s.order.Uint32(octets[4:]) + s.a
	}
}
