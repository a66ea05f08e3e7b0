package httpapi

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/fault"
)

// refusalsEvery is how often it is logged what was refused.
const refusalsEvery = time.Minute

// Refusals count the requests that were refused for who sent them, how often, or
// because there was no room or the server could not serve them, by the code of the error: keys that
// are guessed must leave a trace, and must not fill the disk with it. Each
// minute in which there were some leaves one line, without addresses or anything
// else that says whose they were. Methods may be called from many goroutines.
type Refusals struct {
	log *slog.Logger

	mu    sync.Mutex
	since time.Time // when the first of these was refused
	count map[fault.Code]int
	timer *time.Timer
}

// NewRefusals makes Refusals that are logged there.
func NewRefusals(log *slog.Logger) *Refusals {
	return &Refusals{log: log, count: map[fault.Code]int{}}
}

// Note counts one more, and gives how many of its code there were in the minute
// that runs.
func (f *Refusals) Note(code fault.Code) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.count) == 0 {
		f.since = time.Now()
		f.timer = time.AfterFunc(refusalsEvery, f.Flush)
	}
	f.count[code]++
	return f.count[code]
}

// Flush logs what was counted since the last line. It is for the end of the
// server too.
func (f *Refusals) Flush() {
	f.mu.Lock()
	count, since := f.count, f.since
	f.count = map[fault.Code]int{}
	if f.timer != nil {
		f.timer.Stop()
	}
	f.mu.Unlock()
	if len(count) == 0 {
		return
	}
	var codes []slog.Attr
	for _, code := range slices.Sorted(maps.Keys(count)) {
		codes = append(codes, slog.Int(string(code), count[code]))
	}
	f.log.LogAttrs(context.Background(), slog.LevelWarn, "requests were refused",
		slog.Duration("within", time.Since(since).Round(time.Second)), slog.GroupAttrs("codes", codes...))
}
