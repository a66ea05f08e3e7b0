package integrity_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// BenchmarkCheck tells how many rows a second a check looks at, and how large its heap
// becomes, with CARNET_BENCH_CONTACTS contacts (2,000) of two changes each.
func BenchmarkCheck(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("CARNET_BENCH_CONTACTS"))
	if err != nil {
		n = 2000
	}
	for kind, open := range benched(b) {
		b.Run(kind, func(b *testing.B) {
			backend := open()
			defer backend.Close()
			fillMany(b, backend, n)
			var rows int64
			var heap uint64
			var now runtime.MemStats
			for b.Loop() {
				check := integrity.New(backend, integrity.Options{Files: true, Found: func(f integrity.Finding) { b.Error(f.String()) }})
				pages := 0
				for _, err := range check.Pages(bg) {
					if err != nil {
						b.Fatal(err)
					}
					if pages++; pages%100 == 0 {
						runtime.ReadMemStats(&now)
						heap = max(heap, now.HeapInuse)
					}
				}
				rows += check.Result().Rows
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(rows)/float64(b.N), "rows")
			b.ReportMetric(float64(heap)/(1<<20), "MiB")
		})
	}
}

// fillMany makes so many contacts, each with a put.
func fillMany(b *testing.B, backend store.Backend, n int) {
	b.Helper()
	s := store.New(suite.NewFaulty(backend), store.Options{Log: quiet})
	space, err := s.CreateSpace(bg, actOf(access.ActionCreate), spaceOf("GB"))
	if err != nil {
		b.Fatal(err)
	}
	const atOnce = 200
	for done := 0; done < n; done += atOnce {
		w := suite.Write(suite.NewRequest(), space.ID)
		for i := range atOnce {
			w.Verbs = append(w.Verbs, &contact.Create{Patch: patch(fmt.Sprintf("Ada %d", done+i), fmt.Sprintf("ada%d@example.com", done+i), fmt.Sprintf("+44 7700 9%05d", (done+i)%100000))})
		}
		out, err := s.Do(bg, w)
		if err != nil {
			b.Fatal(err)
		}
		w = suite.Write(suite.NewRequest(), space.ID)
		for i := range out {
			w.Verbs = append(w.Verbs, &contact.Put{Ref: out[i].Subject.ID, Patch: patch(fmt.Sprintf("Ada the %d", i), "", "")})
		}
		if _, err := s.Do(bg, w); err != nil {
			b.Fatal(err)
		}
	}
}
