package wire

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// CONTRACT P5, D13: a filter as it is read: fields by key or by label, values as they are stored.
func TestReadFilter(t *testing.T) {
	var labels contact.Labels
	labels[contact.Slot(16).Index()], labels[contact.Slot(2).Index()] = "Budget", "Plan"
	for text, want := range map[string]contact.Filter{
		`[{"field": "profile_field_1", "operator": "contains", "value": " Pro "}]`:  {{Slot: 1, Operator: contact.Contains, Value: " Pro "}},
		`[{"field": "Budget", "operator": "greater_than", "value": "5e2"}]`:         {{Slot: 16, Operator: contact.GreaterThan, Value: "500"}},
		`[{"field": "profile_field_16", "operator": "equal_to", "value": 1.50}]`:    {{Slot: 16, Operator: contact.EqualTo, Value: "1.5"}},
		`[{"field": "Plan", "operator": "any"}]`:                                    {{Slot: 2, Operator: contact.Any}},
		`[{"field": "Plan", "operator": "unknown", "value": null, "end": ""}]`:      {{Slot: 2, Operator: contact.Unknown}},
		`[{"field": "profile_field_26", "operator": "age_less_than", "value": 30}]`: {{Slot: 26, Operator: contact.AgeLessThan, Value: "30"}},
		`[{"field": "profile_field_30", "operator": "between", "start": "2026-01-01", "end": "2026-01-31T10:00:00Z"},
		  {"field": "profile_field_30", "operator": "age_equal_to", "value": "-2"}]`: {
			{Slot: 30, Operator: contact.Between, Value: "2026-01-01", End: "2026-01-31"}, {Slot: 30, Operator: contact.AgeEqualTo, Value: "-2"}},
	} {
		if got, problems := ReadFilter("where", []byte(text), &labels); problems != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", text, got, problems)
		}
	}
}

// CONTRACT P5, D17: each mistake is named, with what would be right, and nothing comes of it.
func TestFilterMistakes(t *testing.T) {
	var labels contact.Labels
	labels[contact.Slot(16).Index()] = "Budget"
	ten := strings.Repeat(`{"field": "profile_field_1", "operator": "any"},`, 10)
	if _, problems := ReadFilter("where", []byte("["+ten[:len(ten)-1]+"]"), &labels); problems != nil {
		t.Error(problems)
	}
	for text, want := range map[string]string{
		``: `where wrong_type`, `null`: `where wrong_type`, `{}`: `where wrong_type`, `[`: `where wrong_type`, `"x"`: `where wrong_type`, `[] []`: `where wrong_type`,
		`[]`:                       `where field_missing`,
		"[" + ten + ten[:47] + "]": `where too_many_items`,
		`[1]`:                      `where.0 wrong_type`,
		`[[]]`:                     `where.0 wrong_type`,
		`[null]`:                   `where.0 wrong_type`,
		`[{"field": "profile_field_1", "field": "profile_field_2", "operator": "any"}]`: `where wrong_type`,
		`[{}]`:                            `where.0.field field_missing`,
		`[{"field": 1}]`:                  `where.0.field wrong_type`,
		`[{"field": "profile_field_31"}]`: `where.0.field unknown_field`,
		`[{"field": "budget"}]`:           `where.0.field unknown_field Did you mean Budget?`,
		`[{"field": ""}]`:                 `where.0.field unknown_field`,
		`[{"field": "Budget"}]`:           `where.0.operator field_missing takes equal_to, not_equal_to, greater_than, greater_than_or_equal_to, less_than, less_than_or_equal_to, any, unknown.`,
		`[{"field": "Budget", "operator": "contains", "value": "1"}]`:                                        `where.0.operator parameter_invalid profile_field_16 holds a number and takes equal_to,`,
		`[{"field": "Budget", "operator": "greater_then", "value": "1"}]`:                                    `where.0.operator parameter_invalid Did you mean greater_than?`,
		`[{"field": "Budget", "operator": ["any"]}]`:                                                         `where.0.operator wrong_type`,
		`[{"field": "Budget", "operator": "equal_to"}]`:                                                      `where.0.value field_missing equal_to takes value`,
		`[{"field": "Budget", "operator": "equal_to", "value": null}]`:                                       `where.0.value field_missing`,
		`[{"field": "Budget", "operator": "equal_to", "value": ""}]`:                                         `where.0.value text_empty use unknown`,
		`[{"field": "Budget", "operator": "equal_to", "value": true}]`:                                       `where.0.value wrong_type`,
		`[{"field": "Budget", "operator": "equal_to", "value": "many"}]`:                                     `where.0.value number_invalid`,
		`[{"field": "Budget", "operator": "any", "value": "1"}]`:                                             `where.0.value unknown_field any takes nothing more`,
		`[{"field": "profile_field_1", "operator": "equal_to", "value": 1}]`:                                 `where.0.value wrong_type`,
		`[{"field": "profile_field_1", "operator": "between", "start": "a"}]`:                                `where.0.operator parameter_invalid takes equal_to, not_equal_to, contains, not_contains, starts_with, ends_with, contains_word, any, unknown.`,
		`[{"field": "profile_field_1", "operator": "any", "values": 1}]`:                                     `where.0.values unknown_field Did you mean value?`,
		`[{"field": "profile_field_26", "operator": "between", "start": "2026-01-01"}]`:                      `where.0.end field_missing start and end`,
		`[{"field": "profile_field_26", "operator": "between", "start": "2026-01-02", "end": "2026-01-01"}]`: `where.0.end parameter_invalid`,
		`[{"field": "profile_field_26", "operator": "not_equal_to", "value": "2026-01-02"}]`:                 `where.0.operator parameter_invalid takes equal_to, between, greater_than, less_than, age_greater_than, age_equal_to, age_less_than, any, unknown.`,
		`[{"field": "profile_field_26", "operator": "less_than", "value": "2026-02-30"}]`:                    `where.0.value date_invalid`,
		`[{"field": "profile_field_26", "operator": "age_less_than", "value": 1.5}]`:                         `where.0.value number_invalid whole number of days`,
		`[{"field": "profile_field_26", "operator": "age_less_than", "value": "4000000"}]`:                   `where.0.value number_invalid`,
		`[{"field": "profile_field_1", "operator": "any"}, {"field": "x"}, {"operator": "any"}]`:             `where.1.field unknown_field`,
	} {
		got, problems := ReadFilter("where", []byte(text), &labels)
		if len(problems) == 0 || got != nil {
			t.Errorf("%s: %v, %v", text, got, problems)
			continue
		}
		p, words := problems[0], strings.SplitN(want, " ", 3)
		if p.Path != words[0] || string(p.Code) != words[1] || len(words) == 3 && !strings.Contains(p.Message, words[2]) {
			t.Errorf("%s: %s %s: %s; want %s", text, p.Path, p.Code, p.Message, want)
		}
	}
	if _, problems := ReadFilter("where", []byte(`[{"field": "x"}, {"operator": "any"}]`), &labels); len(problems) != 2 {
		t.Errorf("not all is told: %v", problems)
	}
	if _, problems := ReadFilter("where", fmt.Append(nil, "\xff"), &labels); len(problems) != 1 {
		t.Error("what is not UTF-8 is taken")
	}
}
