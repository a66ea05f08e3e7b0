package main

// ofPlans are faults in plans (CONTRACT D34).
var ofPlans = []mutant{
	{
		name:   "plan-row-twice",
		breaks: "Two servers that work at one plan do its rows twice.",
		file:   "internal/book/plan_apply.go",
		old:    "		if p.State != PlanApplying || p.Applied != from {\n",
		new:    "		if p.State != PlanApplying || p.Applied < from {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanIsForMany$",
	},
	{
		name:   "plan-cursor-apart",
		breaks: "How far a plan is gets noted after its rows were done: a crash between the two does them twice.",
		file:   "internal/book/plan_apply.go",
		old: `	_, err := b.asked(ctx, nil, w)
	return after, err
}
`,
		new: `	note := w.Plan
	w.Plan = nil
	outs, err := b.asked(ctx, nil, w)
	if err == nil {
		_, err = b.store.Do(ctx, store.Write{Space: space, Plan: &store.PlanWrite{ID: note.ID,
			Change: func(r *record.Plan, now contact.Time, _ []store.Outcome) (store.PlanSave, error) { return note.Change(r, now, outs) }}})
	}
	return after, err
}
`,
		tests: []string{"./internal/book"},
		run:   "^TestPlanIsForMany$",
	},
	{
		name:   "plan-built-by-one",
		breaks: "A plan that another server has looked further at is lost.",
		file:   "internal/book/plan_build.go",
		old:    "		return b.planNow(ctx, g.Space.ID, p.ID)\n	}\n	return after, err\n",
		new:    "		return b.planNow(ctx, g.Space.ID, after.ID)\n	}\n	return after, err\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanIsForMany$",
	},
	{
		name:   "plan-takes-more",
		breaks: "An undo of a plan takes away what somebody wrote since the plan was looked at.",
		file:   "internal/contact/planned.go",
		old:    "	if id, more := p.takesMore(d.Enter(Stamp{Op: v.Op, At: v.At})); more {\n",
		new:    "	if id, more := p.takesMore(d.Enter(Stamp{Op: v.Op, At: v.At})); more && false {\n",
		tests:  []string{"./internal/contact"},
		run:    "Planned",
	},
	{
		name:   "plan-deletes-unseen",
		breaks: "A plan deletes a contact that somebody filled in since it was looked at.",
		file:   "internal/contact/planned.go",
		old:    "ref.Contact.State == Live && !p.found(ref.Contact) {",
		new:    "ref.Contact.State == Live && !p.found(ref.Contact) && false {",
		tests:  []string{"./internal/book", "./internal/contact"},
		run:    "^TestPlanResults$|Planned",
	},
	{
		name:   "plan-free-of-budget",
		breaks: "A key with a budget passes it by writing its changes into a plan.",
		file:   "internal/book/plan_apply.go",
		old:    "			return store.PlanSave{Spend: &store.Spend{Removals: p.Removals, Contacts: p.Contacts}}, nil\n",
		new:    "			return store.PlanSave{}, nil\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanBudget$",
	},
	{
		name:   "plan-spends-again",
		breaks: "Who sends twice that a plan is to be applied has used its budget twice, and has a second job do it.",
		file:   "internal/book/plan_apply.go",
		old:    "	case p.State != PlanReady:\n",
		new:    "	case p.State != PlanReady && p.State != PlanApplying:\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanIsBegunOnce$",
	},
	{
		name:   "plan-for-good",
		breaks: "A plan of last year is applied to contacts that nobody recognises.",
		file:   "internal/book/plan.go",
		old:    "	if p.State == PlanReady && p.Expires <= now {\n",
		new:    "	if p.State == PlanReady && p.Expires <= now && false {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanExpires$",
	},
	{
		name:   "plan-any-hash",
		breaks: "A plan is applied by who has looked at another.",
		file:   "internal/book/plan_apply.go",
		old:    "	case !bytes.Equal(p.Hash, hash):\n",
		new:    "	case !bytes.Equal(p.Hash, p.Hash):\n",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanHash$",
	},
	{
		name:   "plan-done-by-looking",
		breaks: "Looking at what a plan would do does it.",
		file:   "internal/book/plan_build.go",
		old:    "Each: true, Terms: store.Terms{Dry: true}, Verbs: all}",
		new:    "Each: true, Verbs: all}",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanResults$",
	},
	{
		name:   "plan-undo-oldest-first",
		breaks: "A plan that takes writes back begins with the oldest, so that the newer ones stand in its way.",
		file:   "internal/book/plan_build.go",
		old:    "		ch := &page.Changes[i]\n",
		new:    "		ch := &page.Changes[len(page.Changes)-1-i]\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestBatchIsTakenBack$",
	},
	{
		name:   "plan-of-another-space",
		breaks: "Who knows the name of a plan of another Space sees it.",
		file:   "internal/store/sqlite/statements.go",
		old:    "` + planColumns + ` FROM plans WHERE space_id = ?1 AND plan_id = ?2`",
		new:    "` + planColumns + ` FROM plans WHERE ?1 > 0 AND plan_id = ?2`",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestBadAgent$",
	},
	{
		name:   "plan-begun-in-doubt",
		breaks: "A plan of which nobody knows whether it was begun is applied for ever, by no job.",
		file:   "internal/book/plan_propose.go",
		old:    "ok && e.Code == fault.CodeOutcomeUnknown {",
		new:    "ok && e.Code == fault.CodeOutcomeUnknown && false {",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanInDoubt$",
	},
	{
		name:   "plan-received-anew",
		breaks: "A plan whose request is sent again once its first part is there cannot be found any more.",
		file:   "internal/book/plan_build.go",
		old:    "p.Again && b.now() < until {",
		new:    "p.Again && b.now() < until && false {",
		tests:  []string{"./internal/book"},
		run:    "^TestPlanIsReceivedInParts$",
	},
}
