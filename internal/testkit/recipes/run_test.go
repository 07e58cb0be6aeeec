package recipes

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/internal/testkit/output"
)

// addr is an address as the protobuf JSON mapping has it.
type addr struct{ netip.Addr }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *addr) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return err
	}
	a.Addr, _ = netip.AddrFromSlice(b)
	return nil
}

func key(src, dst string, sport, dport any) string {
	return fmt.Sprint(src, " ", dst, " ", sport, " ", dport)
}

// kitchen is a folder with all that the recipes take for granted.
type kitchen struct {
	dir string
	env []string
}

// tools stand for commands of servers and distributions that are not installed here.
var tools = map[string]string{
	"kafka-console-consumer.sh": "#!/bin/sh\nexec %[1]s/test/kafka/broker tool org.apache.kafka.tools.consumer.ConsoleConsumer \"$@\"\n",
	"python3":                   "#!/bin/sh\nexec %[2]s \"$@\"\n",
	"clickhouse-client":         "#!/bin/sh\nexec %[2]s %[1]s/internal/testkit/recipes/testdata/clickhouse-client.py \"$@\"\n",
}

func newKitchen(t *testing.T, f *fixture) *kitchen {
	t.Helper()
	k := &kitchen{dir: t.TempDir()}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for name, text := range tools {
		if err := os.WriteFile(filepath.Join(bin, name), fmt.Appendf(nil, text+"# %[1]s %[2]s", top, os.Getenv("SPOOR_TEST_PYTHON")), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for to, from := range map[string]string{
		"kafka/libs": os.Getenv("SPOOR_TEST_JARS"), "out": f.out, "flow.proto": top + "/proto/flow.proto", "go.mod": top + "/go.mod", "go.sum": top + "/go.sum",
	} {
		to = filepath.Join(k.dir, to)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	k.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 -Xshare:auto", "GOFLAGS=-mod=mod")
	return k
}

// cook writes the recipe's files and runs its commands, the last until enough says
// that what it prints suffices, else until it ends.
func (k *kitchen) cook(t *testing.T, f *fixture, r recipe, enough func(out string) bool) (out, errs string) {
	t.Helper()
	var script strings.Builder
	for _, b := range r.blocks {
		text := strings.NewReplacer("kafka1:9092", f.broker, "http://registry:8081", f.registry, "sflow.", f.prefix).Replace(b.text)
		if b.name == "" {
			script.WriteString(text)
			continue
		}
		if err := os.WriteFile(filepath.Join(k.dir, b.name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var stdout, stderr output.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = k.dir, k.env, &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, stdout.String(), stderr.String())
			}
			return stdout.String(), stderr.String()
		case <-look.C:
			if enough != nil && enough(stdout.String()) {
				cancel()
				<-done
				return stdout.String(), stderr.String()
			}
		}
	}
}

// read gives a file that a recipe has written.
func (k *kitchen) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(k.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
