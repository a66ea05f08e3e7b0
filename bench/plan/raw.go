package plan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/ceiling"
	"github.com/carnet-project/carnet/bench/proc"
	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// Raw measures the raw driver in this process, and writes the round as JSON.
func Raw(db, ids string, warm, counted time.Duration, out io.Writer) (err error) {
	list, err := target.ReadIDs(ids)
	if err != nil {
		return err
	}
	raw, err := ceiling.OpenRaw(db, list)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	w := &watch{pid: os.Getpid(), wal: proc.FollowWAL(db)}
	if _, err := raw.Run(group, warm); err != nil {
		return err
	}
	w.begin()
	res, err := raw.Run(group, counted)
	w.end()
	if err := errors.Join(err, w.err); err != nil {
		return err
	}
	r := figures(res)
	n := float64(res.Done)
	r.CPU = float64(w.cpu.Microseconds()) / n
	r.Cores = w.cpu.Seconds() / res.Elapsed.Seconds()
	r.RSS, r.WAL = mib(w.rss), mib(w.wal.Peak)
	r.WALEach, r.DiskEach = float64(w.wal.Bytes())/1024/n, float64(w.written)/1024/n
	r.Commits = float64(w.wal.Commits) / res.Elapsed.Seconds()
	w.mine = 0 // this process is the one that is measured
	r.Others = w.others(res.Elapsed)
	return json.MarshalWrite(out, r)
}

// raw runs Raw in a process of its own, which begins with a file as it was
// seeded, because it knows no other state.
func (p *runner) raw(ctx context.Context, k *kase) (r result.Round, err error) {
	db, ids, err := p.env.RawFile(ctx, k.Contacts)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, p.env.Self, "raw", db, ids, p.o.Warm.String(), p.o.Time.String())
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return r, json.Unmarshal(out, &r)
}
