package book_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

func (d *desk) keep(t *testing.T, g access.Grant, id, name string) error {
	t.Helper()
	_, _, err := d.KeepMapping(t.Context(), g, book.Terms{RequestID: "keep"}, id, name)
	return err
}

// What a Space keeps of mappings counts, stays when somebody is erased, and goes with the mapping.
func TestMappingIsKept(t *testing.T) {
	d := exporter(t)
	e, _ := d.send(t, "email,Name\nada@example.com,Ada\n")
	empty := d.usage(t)
	for range 3 { // one in place of the other
		if err := d.keep(t, d.grant(), e.ID, "Customers"); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := d.usage(t), d.kept(t); got != want || got <= empty {
		t.Errorf("the Space keeps %d octets, and says %d; without a mapping %d", want, got, empty)
	}
	id := d.create(t, patchOf([]string{"other@example.com"}, nil, nil)).ID
	if _, err := d.Erase(t.Context(), d.with(t, access.ScopesOf(access.Erase), access.Budget{}), book.Terms{RequestID: "erase"}, &contact.Erase{Ref: id}); err != nil {
		t.Fatal(err)
	}
	d.finish(t)
	if err := d.SweepFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, err := d.Mapping(t.Context(), d.grant(), "Customers")
	if err != nil || len(m.Mapping) == 0 || strings.Join(m.Columns, " ") != "email Name" || len(m.Match) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	before := d.usage(t)
	if err := d.DeleteMapping(t.Context(), d.grant(), "r", "Customers"); err != nil || d.usage(t) >= before || d.usage(t) != d.kept(t) {
		t.Error(err, before, d.usage(t), d.kept(t))
	}
	if _, err := d.Mapping(t.Context(), d.grant(), "Customers"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// A key that may propose and not write changes no mapping of others.
func TestMappingOfAnotherKey(t *testing.T) {
	d := exporter(t)
	e, _ := d.send(t, "email,Name\nada@example.com,Ada\n")
	if err := d.keep(t, d.grant(), e.ID, "Customers"); err != nil {
		t.Fatal(err)
	}
	agent := d.with(t, access.ScopesOf(access.Plan), access.Budget{})
	own, _, _, err := d.MakeImport(t.Context(), agent, book.Terms{RequestID: "import"}, book.ImportFile{Mapping: "Customers", Content: strings.NewReader("name,EMAIL\nAda,bo@example.com\n")})
	if err != nil {
		t.Fatal(err)
	}
	d.finish(t)
	if err := d.keep(t, agent, e.ID, "Mine"); fault.KindOf(err) != fault.NotFound {
		t.Error("it keeps the mapping of another's import:", err)
	}
	if err := d.keep(t, agent, own.ID, "Customers"); fault.KindOf(err) != fault.Invalid {
		t.Error("it replaces the mapping of another:", err)
	}
	if err := d.DeleteMapping(t.Context(), agent, "r", "Customers"); fault.KindOf(err) != fault.NotFound {
		t.Error("it deletes the mapping of another:", err)
	}
	if err := d.keep(t, agent, own.ID, "Mine"); err != nil {
		t.Error(err)
	}
	// Who may list it is told that it is another's, and what would delete it.
	reading := d.with(t, access.ScopesOf(access.Read, access.Plan), access.Budget{})
	if err := d.DeleteMapping(t.Context(), reading, "r", "Customers"); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "Another key keeps this mapping") {
		t.Error("who sees the mapping of another, and deletes it:", err)
	}
	if err := d.DeleteMapping(t.Context(), reading, "r", "Nobody's"); fault.KindOf(err) != fault.NotFound {
		t.Error("who sees mappings deletes what is none:", err)
	}
	if _, err := d.Mapping(t.Context(), d.grant(), "Customers"); err != nil {
		t.Error("it is gone:", err)
	}
	if err := d.DeleteMapping(t.Context(), agent, "r", "Mine"); err != nil {
		t.Error(err)
	}
}

// A Space keeps 100 mappings, and one that went while a file was on its way is told of.
func TestMappingsAreLimited(t *testing.T) {
	d := exporter(t)
	e, _ := d.send(t, "email,Name\nada@example.com,Ada\n")
	for n := range 100 {
		if err := d.keep(t, d.grant(), e.ID, fmt.Sprint("n", n)); err != nil {
			t.Fatal(n, err)
		}
	}
	if err := d.keep(t, d.grant(), e.ID, "one more"); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if err := d.keep(t, d.grant(), e.ID, "n7"); err != nil {
		t.Error("one in place of another:", err)
	}
	late, _, _, err := d.MakeImport(t.Context(), d.grant(), book.Terms{RequestID: "import"}, book.ImportFile{Mapping: "n3", Content: strings.NewReader("email,Name\nbo@example.com,Bo\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.DeleteMapping(t.Context(), d.grant(), "r", "n3"); err != nil {
		t.Fatal(err)
	}
	d.finish(t)
	if _, p := d.imported(t, late.ID); p.State != book.PlanFailed || !strings.Contains(p.Message, `no mapping "n3" any more`) {
		t.Errorf("%s %s", p.State, p.Message)
	}
}
