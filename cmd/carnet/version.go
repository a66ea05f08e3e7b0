package main

import (
	"runtime"
	"runtime/debug"

	"github.com/carnet-project/carnet/internal/server"
)

type versionCommand struct {
	format
}

type versionRecord struct {
	Carnet string `json:"carnet"`
	Go     string `json:"go"`
	SQLite string `json:"sqlite"`
}

var versionHead = []string{"CARNET", "GO", "SQLITE"}

func (v versionRecord) row() []string { return []string{v.Carnet, v.Go, v.SQLite} }

// Run needs no database.
func (c *versionCommand) Run(in *surroundings) error {
	v, err := versions()
	if err != nil {
		return err
	}
	return show(in, c.format, v, versionHead, v)
}

func versions() (versionRecord, error) {
	sqlite, err := server.SQLiteVersion()
	return versionRecord{Carnet: version(), Go: runtime.Version(), SQLite: sqlite}, err
}

// version is that of this program, as its build says.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
