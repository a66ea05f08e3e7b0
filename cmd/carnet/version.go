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
	sqlite, err := server.SQLiteVersion()
	if err != nil {
		return err
	}
	v := versionRecord{Carnet: "unknown", Go: runtime.Version(), SQLite: sqlite}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v.Carnet = info.Main.Version
	}
	return show(in.stdout, c.format, v, versionHead, v)
}
