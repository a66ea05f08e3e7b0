package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

const mappingsBase = base + "/mappings"

// listMappings answers a page of the mappings that the Space keeps (CONTRACT D37).
func (a *api) listMappings(w http.ResponseWriter, r *request) error {
	size := r.asked.pageSize()
	list, next, err := a.book.Mappings(r.Context(), r.grant, r.asked.cursor, size)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range list {
			b = b.keptMapping(&list[i]).end('}')
		}
		return a.endPage(b.end(']'), r, size, next, "")
	})
	return nil
}

// getMapping answers a mapping that is kept (CONTRACT D37).
func (a *api) getMapping(w http.ResponseWriter, r *request) error {
	m, err := a.book.Mapping(r.Context(), r.grant, r.PathValue("mapping"))
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.keptMapping(&m).member("columns").texts(m.Columns)
		return b.member("mapping").mapping(m.Mapping).member("match").texts(words(m.Match)).end('}')
	})
	return nil
}

// deleteMapping lets go of a mapping that was kept (CONTRACT D37).
func (a *api) deleteMapping(w http.ResponseWriter, r *request) error {
	if err := a.readNothing(r); err != nil {
		return err
	}
	if err := a.book.DeleteMapping(r.Context(), r.grant, r.terms.RequestID, r.PathValue("mapping")); err != nil {
		return err
	}
	answerNothing(w, r, http.StatusNoContent)
	return nil
}

// keptMapping begins an object of a mapping: what it is called, and who kept it.
func (b jsonText) keptMapping(m *book.KeptMapping) jsonText {
	return b.open('{').member("name").text(m.Name).member("kept_at").moment(m.Saved).member("kept_by").planActor(&m.By)
}

// mappingParam is the name of a mapping that is to be taken.
var mappingParam = param{"mapping", "the name of a mapping", func(q *asked, v *sent) (err error) {
	q.mapping, err = lineOf(contact.MappingName(v.text))
	return err
}}
