package house

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestLinks(t *testing.T) {
	tree, names := repository(t)
	holds(t, linkFaults(texts(t, tree, names), names))
}

var (
	mdLink    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	mdHeading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	mdBlock   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

// linkFaults finds links in Markdown to files and headings that are not there.
// Links to other places of the web are not looked at.
func linkFaults(list []text, names []string) []string {
	anchors := map[string][]string{}
	for _, x := range list {
		if path.Ext(x.path) == ".md" {
			anchors[x.path] = anchorsOf(x.text)
		}
	}
	var faults []string
	for _, x := range list {
		if path.Ext(x.path) != ".md" {
			continue
		}
		for _, m := range mdLink.FindAllStringSubmatch(mdBlock.ReplaceAllString(x.text, ""), -1) {
			if strings.Contains(m[1], ":") {
				continue // https:, mailto:
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			to := x.path
			if file != "" {
				to = path.Join(path.Dir(x.path), file)
			}
			switch {
			case !inRepository(names, to):
				faults = append(faults, fmt.Sprintf("%s links to %s, which is not there", x.path, m[1]))
			case anchor != "" && path.Ext(to) == ".md" && !slices.Contains(anchors[to], anchor):
				faults = append(faults, fmt.Sprintf("%s links to %s: %s has no such heading", x.path, m[1], to))
			}
		}
	}
	return faults
}

// inRepository tells whether a path is a file or a folder of the repository.
func inRepository(names []string, p string) bool {
	p = strings.TrimSuffix(p, "/")
	return slices.ContainsFunc(names, func(name string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

// anchorsOf gives what the headings of a text are linked to by.
func anchorsOf(markdown string) []string {
	var list []string
	for _, m := range mdHeading.FindAllStringSubmatch(mdBlock.ReplaceAllString(markdown, ""), -1) {
		list = append(list, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			default:
				return -1
			}
		}, m[1]))
	}
	return list
}

func TestLinksRefuse(t *testing.T) {
	files := map[string]string{
		"README.md": "# Top\n[a](docs/a.md) [b](docs/a.md#what-its-for) [c](#top) [d](api) [e](https://example.com/x) [f](#no)\n```\n[g](no.md)\n```\n",
		"docs/a.md": "## What it's `for`\n[up](../README.md#top) [gone](b.md) [no](../README.md#what-its-for) [code](../api/a.go#L1)\n",
		"api/a.go":  "package api // [x](no.md)\n",
	}
	list := madeTexts(t, files)
	refuses(t, linkFaults(list, []string{"README.md", "docs/a.md", "api/a.go"}),
		"README.md links to #no: README.md has no such heading",
		"docs/a.md links to b.md, which is not there",
		"docs/a.md links to ../README.md#what-its-for: README.md has no such heading",
	)
}
