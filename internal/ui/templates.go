package ui

import (
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed all:pages
var pageFiles embed.FS

// templates are the pages by name: each knows the frame and the parts, which are the
// files that begin with a "_".
var templates = sync.OnceValue(func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions).ParseFS(pageFiles, "pages/_*.html", "pages/frame.html"))
	names, _ := fs.Glob(pageFiles, "pages/*.html")
	all := map[string]*template.Template{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "frame" || name[0] == '_' {
			continue
		}
		all[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, file))
	}
	return all
})

// functions are what templates can call beside the parts.
var functions = template.FuncMap{
	"icon":   icon,
	"turns":  func(name string) template.HTML { return svg(name, "i turns") },
	"plural": plural,
	"of": func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	},
}

// plural gives the word for one thing, or for another number of them.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// icon gives a picture of pages/_icons.html, which is for the eye alone: words stand
// beside it, or in the label of what it is in.
func icon(name string) template.HTML { return svg(name, "i") }

// svg makes markup of constants: the names of icons and classes are those of templates.
func svg(name, class string) template.HTML {
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}
