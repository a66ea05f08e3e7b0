package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rowsEach is how many accounts pgbench makes for one of scale.
const rowsEach = 100_000

// FillPgbench makes pgbench's tables with at least so many accounts.
func (s *Server) FillPgbench(ctx context.Context, database string, rows int) error {
	_, err := output(ctx, s.program("pgbench", "-i", "-q", "-s", strconv.Itoa((rows+rowsEach-1)/rowsEach), s.DSN(database)))
	return err
}

// Pgbench runs pgbench's simple update: a transaction a request, which reads and
// updates an account and adds a row of history. It gives the transactions a
// second, without the time to connect.
func (s *Server) Pgbench(ctx context.Context, database string, clients, threads int, d time.Duration) (float64, error) {
	seconds := int(math.Ceil(d.Seconds())) // it knows no less
	out, err := output(ctx, s.program("pgbench", "-n", "-N", "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(threads, clients)), "-T", strconv.Itoa(seconds), s.DSN(database)))
	if err != nil {
		return 0, err
	}
	return rateOf(out)
}

var (
	tpsLine    = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \((without initial connection time|excluding connections establishing)\)$`)
	failedLine = regexp.MustCompile(`(?m)^number of failed transactions: ([0-9]+)`)
)

func rateOf(out string) (float64, error) {
	if m := failedLine.FindStringSubmatch(out); m != nil && m[1] != "0" {
		return 0, fmt.Errorf("%s transactions of pgbench failed", m[1])
	}
	m := tpsLine.FindStringSubmatch(out)
	if m == nil {
		return 0, errors.New("pgbench does not say how many transactions a second it did")
	}
	return strconv.ParseFloat(m[1], 64)
}

// output runs a program and gives what it prints, or an error with its
// complaint.
func output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer stop()
	if err := cmd.Wait(); err != nil {
		text := strings.TrimSpace(complaint.String())
		return "", fmt.Errorf("%s: %w: %s", cmd.Path, err, text[max(0, len(text)-1000):])
	}
	return out.String(), nil
}
