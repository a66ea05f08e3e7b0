package main

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/access"
)

// The scripts know nothing of the commands: they ask the program, by
// completeWord, what may stand in place of the last word.
//
//go:embed completion
var completionScripts embed.FS

const (
	completeWord = "__complete"
	filesWanted  = ":files" // in place of candidates: the shell knows files better
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says where the script goes.
func (c *completionCommand) Help() string {
	return `For bash, put this line into ~/.bashrc: source <(carnet completion bash)

For zsh, put this line into ~/.zshrc, below compinit: source <(carnet completion zsh)

For fish: carnet completion fish > ~/.config/fish/completions/carnet.fish`
}

// Run prints the script.
func (c *completionCommand) Run(in *surroundings) error {
	text, err := completionScripts.ReadFile("completion/carnet." + c.Shell)
	if err != nil {
		return err
	}
	_, err = in.stdout.Write(text)
	return err
}

// complete prints what may stand in place of the last of the words after
// carnet: a line each, with a tab before what it is for.
func complete(to io.Writer, app *kong.Application, words []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	words, apart := rejoined(words)
	last := words[len(words)-1]
	for _, c := range candidates(app.Node, words[:len(words)-1], last) {
		if c.word == filesWanted {
			fmt.Fprintf(to, "%s\t\n", c.word)
		} else if rest, ok := strings.CutPrefix(c.word, last[:apart]); ok && strings.HasPrefix(c.word, last) {
			fmt.Fprintf(to, "%s\t%s\n", rest, c.help)
		}
	}
}

// rejoined puts words together that a shell has taken apart at their colons, as
// bash does. It replaces what stands behind the last colon alone: apart is how
// much of the last word is before that.
func rejoined(words []string) (joined []string, apart int) {
	for i := 0; i < len(words); i++ {
		if words[i] != ":" || len(joined) == 0 {
			joined, apart = append(joined, words[i]), 0
			continue
		}
		last := len(joined) - 1
		joined[last] += ":"
		apart = len(joined[last])
		if i++; i < len(words) {
			joined[last] += words[i]
		} else {
			apart-- // the colon itself is the word that is typed
		}
	}
	return joined, apart
}

type candidate struct{ word, help string }

// candidates gives what may follow the words before, and no more than that a
// file name may where it may. last is as far as the word was typed.
func candidates(node *kong.Node, before []string, last string) []candidate {
	node, flag, positional := follow(node, before)
	if flag == nil && strings.HasPrefix(last, "-") {
		name, _, given := strings.Cut(last, "=")
		if flag = flagNamed(withoutName(node), name); !given || flag == nil {
			return flagsOf(withoutName(node))
		}
		return valuesOf(flag.Value, name+"=", last)
	}
	if flag != nil {
		return valuesOf(flag.Value, "", last)
	}
	var list []candidate
	for _, child := range node.Children {
		if !child.Hidden && !isDefault(child) {
			list = append(list, candidate{child.Name, firstSentence(child.Help)})
		}
	}
	if node = withoutName(node); positional < len(node.Positional) {
		list = append(list, valuesOf(node.Positional[positional], "", last)...)
	}
	return list
}

// follow goes along words to the command that they name. flag is the one that
// waits for its value; positional counts the words that are neither. Where a
// shell takes a = apart, it is a word of its own.
func follow(node *kong.Node, words []string) (at *kong.Node, flag *kong.Flag, positional int) {
	root := node
	for _, word := range words {
		switch {
		case flag != nil && word == "=":
		case flag != nil:
			flag = nil
		case strings.HasPrefix(word, "-"):
			if flag = flagNamed(withoutName(node), word); flag != nil && flag.IsBool() {
				flag = nil
			}
		default:
			if child := childNamed(node, word); child != nil {
				node = child
			} else {
				node = withoutName(node)
				positional++
			}
			if node.Name == "help" {
				node = root // what follows is a command again
			}
		}
	}
	return node, flag, positional
}

func childNamed(node *kong.Node, name string) *kong.Node {
	if i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name }); i >= 0 {
		return node.Children[i]
	}
	return nil
}

// flagNamed finds a flag of a command, or of those above it, by how it is typed.
func flagNamed(node *kong.Node, typed string) *kong.Flag {
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if typed == "--"+f.Name || f.Short != 0 && typed == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

func flagsOf(node *kong.Node) (list []candidate) {
	for n := node; n != nil; n = n.Parent {
		if n.Tag.Has(noDB) {
			defer func() {
				list = slices.DeleteFunc(list, func(c candidate) bool { return c.word == "--db" })
			}()
		}
		for _, f := range n.Flags {
			if !f.Hidden {
				list = append(list, candidate{"--" + f.Name, firstSentence(f.Help)})
			}
		}
	}
	return list
}

// valuesOf gives the values that a flag or an argument may have, where there is
// a list of them. Of scopes there may be several.
func valuesOf(v *kong.Value, prefix, typed string) (list []candidate) {
	switch v.Name {
	case "db", "file", "backup-dir", "from", "to":
		return []candidate{{filesWanted, ""}}
	case "scopes":
		before := typed[:max(strings.LastIndex(typed, ",")+1, len(prefix))]
		for _, scope := range access.AllScopes {
			if !strings.Contains(before, string(scope)) {
				list = append(list, candidate{before + string(scope), ""})
			}
		}
		return list
	case "outcome":
		return wordsAfter(prefix, planOutcomes)
	case "result":
		return wordsAfter(prefix, planResults)
	}
	for _, value := range v.EnumSlice() {
		list = append(list, candidate{prefix + value, ""})
	}
	return list
}

func wordsAfter[T ~string](prefix string, words []T) (list []candidate) {
	for _, word := range words {
		list = append(list, candidate{prefix + string(word), ""})
	}
	return list
}

func firstSentence(help string) string {
	first, _, more := strings.Cut(help, ". ")
	if more {
		return first + "."
	}
	return first
}
