package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"spoor/internal/testkit/score"
)

// fakeReplay makes this test binary behave as a `spoor replay` that writes empty
// files, and as a `spoor simulate` of a fabric without flows.
const fakeReplay = "SPOOR_TEST_SCORE_FAKE"

func TestMain(m *testing.M) {
	if os.Getenv(fakeReplay) == "" {
		os.Exit(m.Run())
	}
	if i := slices.Index(os.Args, "--truth"); i > 0 && os.Args[1] == "simulate" {
		if err := os.WriteFile(os.Args[i+1], []byte(quiet), 0o600); err != nil {
			panic(err)
		}
		return
	}
	if len(os.Args) < 5 || !slices.Equal(os.Args[1:3], []string{"replay", "--output"}) || os.Getenv(fakeReplay) == "fail" {
		os.Stderr.WriteString("cannot replay\n")
		os.Exit(1)
	}
	if err := outputs(os.Args[3]); err != nil {
		panic(err)
	}
}

func outputs(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	for _, name := range []string{"topology", "paths", "elephants"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name+".jsonl"), nil, 0o600))
	}
	return err
}

const quiet = `{"mode":"l3","agent_settings":{"sampling":10},"elephant_threshold_bps":1,"flows":[]}`

func TestJudge(t *testing.T) {
	dir := t.TempDir()
	truth := filepath.Join(dir, "truth.json")
	if err := errors.Join(outputs(dir), os.WriteFile(truth, []byte(quiet), 0o600)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(context.Background(), []string{truth, dir}, &out); err != nil {
		t.Errorf("right output: %v", err)
	}
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines, want 4:\n%s", n, &out)
	}
	alert := `{"flow":{"src":"a"},"alert":"a","episode":1,"state":"started","detected":"2026-01-01T00:00:00Z"}`
	if err := os.WriteFile(filepath.Join(dir, "elephants.jsonl"), []byte(alert), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := run(context.Background(), []string{truth, dir}, &out); !errors.Is(err, errWrong) || !strings.Contains(out.String(), "wrong: 1 alerts for unknown flows\n") {
		t.Errorf("wrong output: %v\n%s", err, &out)
	}
}

func TestTable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scenario")
	truth := dir + ".json"
	if err := errors.Join(outputs(dir), os.WriteFile(truth, []byte(quiet), 0o600)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(context.Background(), []string{"-table", truth, dir, truth, dir}, &out); err != nil || strings.Count(out.String(), "\nscenario ") != 2 {
		t.Errorf("%v\n%s", err, &out)
	}
	alert := `{"flow":{"src":"a"},"alert":"a","episode":1,"state":"started","detected":"2026-01-01T00:00:00Z"}`
	if err := os.WriteFile(filepath.Join(dir, "elephants.jsonl"), []byte(alert), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(context.Background(), []string{"-table", truth, dir}, &out); !errors.Is(err, errWrong) {
		t.Errorf("wrong output: %v\n%s", err, &out)
	}
	for _, args := range [][]string{{"-table"}, {"-table", truth}, {truth}} {
		if err := run(context.Background(), args, &out); err == nil || errors.Is(err, errWrong) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestReplayAll(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"one.pcap": "", "one.json": quiet} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	t.Setenv(fakeReplay, "yes")
	if err := run(context.Background(), []string{"-spoor", os.Args[0], dir}, &out); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "\none ") || strings.Contains(out.String(), "sim-") {
		t.Errorf("no row for the capture:\n%s", &out)
	}
	if err := run(context.Background(), []string{"-spoor", os.Args[0], "-simulate", dir}, &out); err != nil {
		t.Error(err)
	}
	for _, m := range score.Modes() {
		if !strings.Contains(out.String(), "\nsim-"+m.Name+" ") {
			t.Errorf("no row for the mode %s:\n%s", m.Name, &out)
		}
	}
	t.Setenv(fakeReplay, "fail")
	err := run(context.Background(), []string{"-spoor", os.Args[0], dir}, &out)
	if !errors.Is(err, errWrong) || !strings.Contains(out.String(), "one.pcap") || !strings.Contains(out.String(), "cannot replay") {
		t.Errorf("a failing replay: %v\n%s", err, &out)
	}
	if err := run(context.Background(), []string{"-spoor", "x", t.TempDir()}, &out); err == nil {
		t.Error("no captures: no error")
	}
}
