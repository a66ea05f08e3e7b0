package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/carnet-project/carnet/internal/fault"
)

// profile is a server, and a key for it, that `carnet login` keeps. The two are used
// together alone: no key goes to a server that it was not given for.
type profile struct {
	Name string `json:"-"`
	URL  string `json:"url"`
	Key  string `json:"key"`
}

// defaultProfile is what a profile is called that nobody called otherwise.
const defaultProfile = "default"

// profileName is what one may be called: its file is called so.
var profileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func checkProfileName(name string) error {
	if !profileName.MatchString(name) {
		return fault.New(fault.Invalid, fault.CodeProfileMalformed, "a profile is called by 1 to 64 letters, digits, dots, dashes and underscores, with a letter or a digit first")
	}
	return nil
}

// profiles are those of the user of the operating system, each in a file of its own, so that of two
// logins at once none is lost.
type profiles struct{ folder string }

// ownProfiles gives those of the user who typed.
func ownProfiles() (profiles, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return profiles{}, errors.New("there is no folder for profiles: set HOME, or XDG_CONFIG_HOME")
	}
	return profiles{filepath.Join(config, "carnet")}, nil
}

func (s profiles) file(name string) string { return filepath.Join(s.folder, "profiles", name+".json") }

// current is the file that says which of them is in use.
func (s profiles) current() string { return filepath.Join(s.folder, "profile") }

// maxProfile is how many octets a file of a profile has at most.
const maxProfile = 1 << 14

// read reads one; fs.ErrNotExist where there is none.
func (s profiles) read(name string) (*profile, error) {
	if err := checkProfileName(name); err != nil {
		return nil, err
	}
	file, err := os.Open(s.file(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := ownAlone(file); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxProfile))
	if err != nil {
		return nil, err
	}
	p := profile{Name: name}
	if err := json.Unmarshal(text, &p); err != nil || p.URL == "" || p.Key == "" {
		return nil, fmt.Errorf("the profile %s is damaged: sign in again, by `carnet login %s`", name, name)
	}
	return &p, nil
}

// ownAlone refuses a file that others of the machine may read, or made.
func ownAlone(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("others on this machine may read the key in %s: make it yours alone by `chmod 600`, and have the key rotated", cell(file.Name()))
	}
	if of, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() != 0 && int(of.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user of this machine", cell(file.Name()))
	}
	return nil
}

// inUse gives the profile that is in use, nil where none is.
func (s profiles) inUse() (*profile, error) {
	text, err := os.ReadFile(s.current())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("which profile is in use cannot be read: %w", withoutPath(err))
	}
	name := strings.TrimSpace(string(text))
	p, err := s.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return p, err
}

// use has a profile be the one in use.
func (s profiles) use(name string) error { return s.replace(s.current(), []byte(name+"\n")) }

// write keeps a profile, in place of one of that name.
func (s profiles) write(p *profile) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.replace(s.file(p.Name), append(text, '\n'))
}

// replace writes a file that its user alone may read, whole or not at all.
func (s profiles) replace(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the profile cannot be kept: %w", withoutPath(err))
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // which makes it so
	if err != nil {
		return fmt.Errorf("the profile cannot be kept: %w", withoutPath(err))
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("the profile cannot be kept: %w", errors.Join(withoutPath(err), os.Remove(file.Name())))
	}
	return nil
}

// remove forgets one.
func (s profiles) remove(name string) error {
	if err := checkProfileName(name); err != nil {
		return err
	}
	if err := os.Remove(s.file(name)); err != nil {
		return err
	}
	if text, err := os.ReadFile(s.current()); err == nil && strings.TrimSpace(string(text)) == name {
		return os.Remove(s.current())
	}
	return nil
}

// names lists them by name.
func (s profiles) names() ([]string, error) {
	files, err := os.ReadDir(filepath.Join(s.folder, "profiles"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the profiles cannot be listed: %w", withoutPath(err))
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".json"); ok && profileName.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// withoutPath gives why something could not be done with a file, without its path.
func withoutPath(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// errNoProfile says that there is none of a name.
func errNoProfile(name string) error {
	return fmt.Errorf("there is no profile %s: see `carnet profile list`", cell(name))
}
