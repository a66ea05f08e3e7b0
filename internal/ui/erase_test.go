package ui_test

import (
	"net/http"
	"strings"
	"testing"
)

// A contact is erased for good only where its number is typed once more; then nothing of it is
// shown any more, and its history says that it was (CONTRACT D35).
func TestEraseForGood(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Zelda Quill", "zelda@quill.example")
	b := w.browse("main").get(pageOf(ada))
	b.link("Erase for good…")
	b.shows("Erase for good?", "Zelda Quill", "cannot be undone", "2 values")
	b.post(pageOf(ada)+"/erase", "sure", "12")
	if b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "Nothing was erased") {
		t.Errorf("another number: %d, %s", b.status, b.text())
	}
	b.get(pageOf(ada)).shows("Zelda Quill")
	b.post(pageOf(ada)+"/erase", "sure", " #"+ada.String())
	b.shows("Erased for good", "#"+ada.String())
	if strings.Contains(b.body, "Quill") {
		t.Error("the receipt tells who it was")
	}
	if b.get(pageOf(ada)); b.status != http.StatusNotFound {
		t.Errorf("it is found: %d, %s", b.status, b.text())
	}
	b.get("/ui/activity").shows("erased")
	if strings.Contains(b.body, "Quill") || strings.Contains(b.body, "quill.example") {
		t.Errorf("the activity tells who it was: %s", b.text())
	}
	if b.post(pageOf(ada)+"/erase", "sure", ada.String()); b.status != http.StatusOK {
		t.Errorf("once more: %d", b.status)
	}
	if r := w.browse("writer").get(pageOf(ada) + "/erase"); r.status != http.StatusForbidden {
		t.Errorf("without the scope: %d", r.status)
	}
}
