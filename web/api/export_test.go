package api

import (
	"maps"
	"slices"

	"spoor/web/live"
)

// Paths gives the paths below Base, sorted.
func Paths() []string { return slices.Sorted(maps.Keys(New(Source{Live: &live.Live{}}).routes())) }
