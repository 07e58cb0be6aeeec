package telemetry

import (
	"runtime/debug"
	"strings"
)

// Build says which program this is.
type Build struct {
	Version  string // "v1.2.3", or "devel"
	Revision string // of the source, with "+dirty" if it was changed; "unknown" without version control
	Go       string // Go's version
}

// ReadBuild asks the running program.
func ReadBuild() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Version: "devel", Revision: "unknown", Go: "unknown"}
	}
	return fromInfo(info)
}

func fromInfo(info *debug.BuildInfo) Build {
	b := Build{Version: info.Main.Version, Revision: "unknown", Go: info.GoVersion}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "devel"
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	if dirty {
		b.Revision += "+dirty"
	}
	return b
}

// String gives one line for people.
func (b Build) String() string {
	return strings.Join([]string{b.Version, "revision " + b.Revision, b.Go}, ", ")
}
