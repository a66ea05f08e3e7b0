package demo

import (
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// Messy makes a file of customers as spreadsheets write them: a title above the header,
// semicolons, days first, decimal commas, names beside emails, and rows of which some cannot be
// taken. Two of these people, who have an email, are in it; the others are new.
func Messy(people []contact.Patch) string {
	var known []string
	for i := range people {
		if emails := people[i].Values[contact.Emails].Texts; len(emails) > 0 && len(known) < 2 {
			known = append(known, emails[0])
		}
	}
	for len(known) < 2 {
		known = append(known, fmt.Sprintf("nobody%d@example.com", len(known)))
	}
	return strings.Join([]string{
		"\ufeffCustomers of Example Ltd;;;;;",
		"First name;Last name;E-mail;Phone;Customer since;Lifetime value",
		"Wilma;Fernsby;Wilma Fernsby <wilma.fernsby@example.com>;+1 312 555 0101;25.04.2024;1.234,50 €",
		"Odo;Marlowe;odo@example.com, odo.marlowe@example.org;+1 312 555 0102;03.05.2024;99,00 €",
		";;" + strings.ToUpper(known[0]) + ";+1 312 555 0103;;",
		";;" + known[1] + ";;01.02.2023;12,00 €",
		"Thea;Plum;thea.plum@example.com;4,47E+11;07.08.2025;250,00 €",
		"Iris;Oakes;iris@example.com;+1 312 555 0104;31.04.2025;80,00 €",
		"Wilma;Fernsby;wilma.fernsby@example.com;+1 312 555 0105;;",
		"Jonas;Reed;jonas@example.com;+1 312 555 0106; or 0107;19.09.2025;40,00 €",
		"",
	}, "\r\n")
}
