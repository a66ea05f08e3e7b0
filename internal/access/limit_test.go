package access_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// P1 and D18.
func TestDefaultLimits(t *testing.T) {
	want := map[access.Bucket]int{"update": 60, "create": 60, "get": 30, "list": 15, "batch": 10, "ui": 600}
	for _, b := range access.Buckets {
		if got := (access.Limits{}).Get(b); got != want[b] || b.Default() != want[b] {
			t.Errorf("%s: %d by default, want %d", b, got, want[b])
		}
	}
	if len(want) != len(access.Buckets) {
		t.Errorf("%d buckets, want %d", len(access.Buckets), len(want))
	}
}

func TestBucketOf(t *testing.T) {
	for _, b := range access.Buckets {
		if got, ok := access.BucketOf(string(b)); !ok || got != b {
			t.Errorf("BucketOf(%s) = %q, %v", b, got, ok)
		}
	}
	for _, name := range []string{"", "Update", "updates", " get"} {
		if got, ok := access.BucketOf(name); ok {
			t.Errorf("BucketOf(%q) = %q", name, got)
		}
	}
}

func TestEncodeLimits(t *testing.T) {
	l := access.Limits{}.With(access.Get, 0).With(access.Batch, 7)
	const want = `{"update":60,"create":60,"get":0,"list":15,"batch":7,"ui":600}`
	if got := access.EncodeLimits(l); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecodeLimits(t *testing.T) {
	tests := []struct {
		text string
		want access.Limits
	}{
		{`{}`, access.Limits{}},
		{`{"update":60}`, access.Limits{}},
		{` {"list" : 0, "update": 1000000} `, access.Limits{}.With(access.List, 0).With(access.Update, 1_000_000)},
	}
	for _, tt := range tests {
		if got, err := access.DecodeLimits(tt.text); err != nil || got != tt.want {
			t.Errorf("DecodeLimits(%s) = %v, %v; want %v", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{
		``, `null`, `[]`, `60`, `{"update":60} {}`, `{"update":60,"update":0}`, `{"update":null}`, `{"update":"60"}`, `{"update":1.5}`,
		`{"update":-1}`, `{"update":1000001}`, `{"Update":60}`, `{"undo":60}`,
	} {
		got, err := access.DecodeLimits(text)
		if err == nil || got != (access.Limits{}) {
			t.Errorf("DecodeLimits(%s) = %v, %v; want an error", text, got, err)
		}
		if fault.KindOf(err) != fault.Internal {
			t.Errorf("DecodeLimits(%s): %v is not Internal", text, err)
		}
	}
}

func TestLimitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l access.Limits
		want := map[access.Bucket]int{}
		for _, b := range access.Buckets {
			want[b] = rapid.IntRange(0, access.MaxLimit).Draw(t, string(b))
			l = l.With(b, want[b])
		}
		back, err := access.DecodeLimits(access.EncodeLimits(l))
		if err != nil || back != l {
			t.Fatalf("%v comes back as %v, %v", l, back, err)
		}
		for b, n := range want {
			if back.Get(b) != n {
				t.Fatalf("%s is %d, want %d", b, back.Get(b), n)
			}
		}
	})
}

func TestParseLimit(t *testing.T) {
	tests := []struct {
		setting string
		bucket  access.Bucket
		figure  int
		code    fault.Code
	}{
		{"update=600", access.Update, 600, ""},
		{"batch=0", access.Batch, 0, ""},
		{"list=1000000", access.List, 1_000_000, ""},
		{"update", "", 0, "limit_malformed"},
		{"", "", 0, "limit_malformed"},
		{"=5", "", 0, "bucket_unknown"},
		{"undo=5", "", 0, "bucket_unknown"},
		{"update=", "", 0, "limit_invalid"},
		{"update=-1", "", 0, "limit_invalid"},
		{"update=+1", "", 0, "limit_invalid"},
		{"update=1.5", "", 0, "limit_invalid"},
		{"update=1000001", "", 0, "limit_invalid"},
		{"update=4294967297", "", 0, "limit_invalid"},
		{"update=6=6", "", 0, "limit_invalid"},
	}
	for _, tt := range tests {
		bucket, figure, err := access.ParseLimit(tt.setting)
		var code fault.Code
		if e, ok := errors.AsType[*fault.Error](err); ok {
			code = e.Code
		}
		if bucket != tt.bucket || figure != tt.figure || code != tt.code {
			t.Errorf("ParseLimit(%q) = %q, %d, %v; want %q, %d, %q", tt.setting, bucket, figure, err, tt.bucket, tt.figure, tt.code)
		}
	}
}
