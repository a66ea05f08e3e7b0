package main

import (
	"errors"
	"io/fs"
)

// profileCommand shows what `carnet login` keeps.
type profileCommand struct {
	List profileList `cmd:"" help:"Show the servers that you are signed in to."`
	Use  profileUse  `cmd:"" help:"Have commands talk to one of them from now on."`
}

type profileList struct {
	format
}

// profileRecord is a profile without its key, which is shown by nothing.
type profileRecord struct {
	Name  string `json:"name"`
	URL   string `json:"url"`
	InUse bool   `json:"in_use"`
	// Overridden is the variable of the environment that goes before it, though it is in use; nil for none.
	Overridden *string `json:"overridden_by"`
}

func (r profileRecord) row() []string {
	inUse := ""
	if r.InUse {
		inUse = "yes"
	}
	if r.Overridden != nil {
		inUse = "not while " + *r.Overridden + " is set"
	}
	return []string{r.Name, r.URL, dash(inUse)}
}

// Run lists them by name.
func (c *profileList) Run(in *surroundings) error {
	own, err := ownProfiles()
	if err != nil {
		return err
	}
	names, err := own.names()
	if err != nil {
		return err
	}
	current, err := own.inUse()
	if err != nil {
		return err
	}
	list := []profileRecord{}
	for _, name := range names {
		p, err := own.read(name)
		if errors.Is(err, fs.ErrNotExist) { // it has just gone
			continue
		}
		if err != nil {
			return err
		}
		r := profileRecord{Name: name, URL: p.URL, InUse: current != nil && current.Name == name}
		if by := p.overridden(); r.InUse && by != "" {
			r.Overridden = &by
		}
		list = append(list, r)
	}
	return show(in, c.format, list, []string{"NAME", "URL", "IN USE"}, list...)
}

type profileUse struct {
	Name string `arg:"" help:"What it is called, as carnet profile list shows it."`
}

// Run makes it the one in use.
func (c *profileUse) Run(in *surroundings) error {
	own, err := ownProfiles()
	if err != nil {
		return err
	}
	p, err := own.read(c.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return errNoProfile(c.Name)
	}
	if err != nil {
		return err
	}
	if err := own.use(p.Name); err != nil {
		return err
	}
	return tellProfile(in, "Commands talk to %s now, as %s.", p)
}
