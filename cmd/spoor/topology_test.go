package main

import (
	"path/filepath"
	"strings"
	"testing"

	"spoor/topology"
)

func TestTopologyCommand(t *testing.T) {
	memory := filepath.Join(t.TempDir(), "memory")
	if r := spoor(t, "replay", "--learned", memory, captures+"hsflowd-smoke.pcap.zst"); r.code != 0 {
		t.Fatalf("replay: %+v", r)
	}
	r := spoor(t, "topology", memory)
	g, err := topology.ParseStatic([]byte(r.out))
	if r.code != 0 || err != nil || len(g.Links) < 4 {
		t.Errorf("status %d, %v: %s %s", r.code, err, r.out, r.err)
	}
	if r := spoor(t, "topology", filepath.Join(t.TempDir(), "none")); r.code != 1 || !strings.Contains(r.err, "spoor run keeps it") {
		t.Errorf("no file: %+v", r)
	}
	if r := spoor(t, "topology", "a", "b"); r.code != 2 {
		t.Errorf("two files: %+v", r)
	}
}
