package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Wanted says which contacts a plan is about, and what it does to each. It is kept until
// they are found, and no longer: the rows tell what came of it.
type Wanted struct {
	Where  []PlanCondition `json:"where"`
	Method string          `json:"method"`
	Body   []byte          `json:"body,omitzero"`  // JSON; nil where the method has none
	Below  contact.ID      `json:"below,omitzero"` // contacts from this id on were looked at; 0 where none was
}

// PlanCondition is a contact.Condition as it is stored.
type PlanCondition struct {
	Slot     contact.Slot     `json:"slot"`
	Operator contact.Operator `json:"operator"`
	Value    string           `json:"value,omitzero"`
	End      string           `json:"end,omitzero"`
}

// WantedOf makes what is stored of a filter and of what is to be done.
func WantedOf(where contact.Filter, method string, body []byte) *Wanted {
	return &Wanted{Where: Conditions(where), Method: method, Body: body}
}

// Conditions makes what is stored of a filter.
func Conditions(where contact.Filter) (list []PlanCondition) {
	for _, c := range where {
		list = append(list, PlanCondition(c))
	}
	return list
}

// Filter gives the conditions of what an export holds.
func (a *ExportAsked) Filter() contact.Filter { return filterOf(a.Where) }

func filterOf(list []PlanCondition) (f contact.Filter) {
	for _, c := range list {
		f = append(f, contact.Condition(c))
	}
	return f
}

// operation spells what is done to one contact, as a row of a plan.
func (w *Wanted) operation(id contact.ID) []byte {
	text := `{"method":"` + w.Method + `","id":` + id.String()
	if w.Body != nil {
		text += `,"body":` + string(w.Body)
	}
	return []byte(text + "}")
}

// maxWanted is how many octets the rows of a plan may have that are made of a filter: as
// many as a plan that is sent.
const maxWanted = 64 << 20

// nobodyFits is what a plan says that is about nobody. It is ready all the same, as any is:
// its state is told to keys that may not read, and would tell them what is stored.
const nobodyFits = "No contact fits the conditions, so there is nothing to do."

// findSome finds more contacts that a plan is about, newest first.
func (b *Book) findSome(ctx context.Context, g access.Grant, p Plan) (Plan, error) {
	w := p.Wanted
	q := store.Query{Space: g.Space.ID, Where: filterOf(w.Where), Today: g.Space.Day(p.Created)}
	page, err := b.store.List(ctx, q, store.Place{Mark: int64(w.Below)}, max(1, min(rowsAtOnce, weightAtOnce/(1+len(w.Body)))))
	if err != nil {
		return p, err
	}
	var rows []record.PlanRow
	for i := range page.Rows {
		rows = append(rows, record.PlanRow{N: p.Rows + int64(len(rows)) + 1, Operation: w.operation(page.Rows[i].ID)})
	}
	had := p.Rows
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanBuilding || now.Rows != had || now.Wanted == nil || now.Wanted.Below != w.Below {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		switch now.Rows += int64(len(rows)); {
		case now.Rows > MaxPlanRows:
			now.fail(b.now(), tooManyRows())
		case now.Rows*int64(len(w.Body)) > maxWanted:
			now.fail(b.now(), fault.New(fault.Invalid, fault.CodeTooManyItems, "The plan would be larger than 64 MiB. Ask for fewer contacts at once, or for less of each."))
		case page.Next.Mark == 0:
			now.Wanted = nil
			if now.Rows == 0 {
				now.Message = nobodyFits
			}
			return store.PlanSave{Rows: rows}, nil
		default:
			next := *now.Wanted
			next.Below = contact.ID(page.Next.Mark)
			now.Wanted = &next
			return store.PlanSave{Rows: rows}, nil
		}
		now.Rows, now.Wanted = had, nil
		return store.PlanSave{}, nil
	})
	return after, err
}
