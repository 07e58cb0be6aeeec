package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"
)

type level string

// settings has one field of each kind.
type settings struct {
	Collector string
	Brokers   []string
	Allow     []netip.Prefix
	Idle      time.Duration
	MaxBytes  int64
	Workers   uint32
	Share     float64
	Learn     bool
	Level     level
	Speeds    []string
}

func defaults() *settings {
	return &settings{Collector: "host", Idle: 90 * time.Second, MaxBytes: 512 << 20, Workers: 2, Share: 0.1, Learn: true, Level: "info"}
}

func newSet(c *settings) *Set {
	return NewSet(
		Key{"collector", "Name of this collector.", String(&c.Collector)},
		Key{"listen.allow", "Sources.", Prefixes(&c.Allow)},
		Key{"listen.workers", "Workers.", Number(&c.Workers, 1)},
		Key{"kafka.brokers", "Brokers.", Strings(&c.Brokers)},
		Key{"kafka.share", "Share.", Ratio(&c.Share)},
		Key{"flows.idle", "Idle.", Duration(&c.Idle)},
		Key{"flows.max_bytes", "Bytes.", Size(&c.MaxBytes)},
		Key{"topology.learn", "Learn.", Bool(&c.Learn)},
		Key{"topology.speeds", "Speeds.", MapOf(&c.Speeds, "speed", takeString, same)},
		Key{"log.level", "Level.", Enum(&c.Level, "debug", "info")},
	)
}

func TestFile_Success(t *testing.T) {
	f := func(text string, change func(*settings)) {
		t.Helper()
		got, want := defaults(), defaults()
		if err := newSet(got).File("spoor.yaml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
			return
		}
		change(want)
		if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); d != "" {
			t.Errorf("%q:\n%s", text, d)
		}
	}
	f("", func(*settings) {})
	f("---\n# only remarks\n", func(*settings) {})
	f("collector: dc1\n", func(c *settings) { c.Collector = "dc1" })
	f("collector: \"\"\n", func(c *settings) { c.Collector = "" })
	f("collector: 017\n", func(c *settings) { c.Collector = "017" })
	f("kafka:\n", func(*settings) {})
	f("kafka:\n  brokers: [a:9092, b:9092]\n", func(c *settings) { c.Brokers = []string{"a:9092", "b:9092"} })
	f("kafka:\n  brokers:\n    - a:9092\n    - b:9092\n  share: 12.5%\n", func(c *settings) {
		c.Brokers = []string{"a:9092", "b:9092"}
		c.Share = 0.125
	})
	f("kafka: {brokers: [a:9092, 'b:9092'], share: 0.1}\n", func(c *settings) { c.Brokers = []string{"a:9092", "b:9092"} })
	f("kafka.brokers: a:9092, b:9092", func(c *settings) { c.Brokers = []string{"a:9092", "b:9092"} })
	f("kafka: {brokers: []}", func(c *settings) { c.Brokers = []string{} })
	f("flows: {idle: 5m, max_bytes: 10GB}", func(c *settings) { c.Idle, c.MaxBytes = 5*time.Minute, 10e9 })
	f("topology: {learn: false}\nlog: {level: debug}", func(c *settings) { c.Learn, c.Level = false, "debug" })
	f("topology:\n  speeds:\n    10.255.0.1/150: 100M\n    \"*\": 10G\n", func(c *settings) {
		c.Speeds = []string{"10.255.0.1/150=100M", "*=10G"}
	})
	f("topology:\n  speeds: ['10.255.0.1/*=100M']", func(c *settings) { c.Speeds = []string{"10.255.0.1/*=100M"} })
	f("listen: {allow: [10.0.0.0/8, 'fd00::1'], workers: 8}", func(c *settings) {
		c.Allow = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::1/128")}
		c.Workers = 8
	})
}

func TestFile_Failure(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		err := newSet(defaults()).File("spoor.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	f("colector: a\n", `spoor.yaml:1:1: unknown key "colector": did you mean "collector"?`)
	f("kafka:\n  broker: a\n", `spoor.yaml:2:3: unknown key "kafka.broker": did you mean "kafka.brokers"?`)
	f("kafak:\n  brokers: a\n", `spoor.yaml:1:1: unknown key "kafak": did you mean "kafka"?`)
	f("brokers: a\n", `spoor.yaml:1:1: unknown key "brokers": did you mean "kafka.brokers"?`)
	f("zebra: a\n", `spoor.yaml:1:1: unknown key "zebra"`)
	f("kafka: a\n", `spoor.yaml:1:8: kafka is a section: keys below it are wanted`)
	f("- a\n", `spoor.yaml:1:1: keys with values are wanted, such as "collector: dc1"`)
	f("collector: [a, b]\n", `spoor.yaml:1:12: collector: one text is wanted`)
	f("collector:\n", `spoor.yaml:1:1: collector has no value: give one or leave the key out`)
	f("kafka: {brokers: [a: 9092]}\n", `spoor.yaml:1:20: kafka.brokers: a list of text is wanted`)
	f("kafka: {brokers: [{a: b, c: d}]}\n", `spoor.yaml:1:19: kafka.brokers: a list of text is wanted`)
	f("kafka: {brokers: [a:[b]]}\n", `spoor.yaml:1:20: kafka.brokers: a list of text is wanted`)
	f("topology:\n  speeds: [[a]]\n", `spoor.yaml:2:12: topology.speeds: a mapping of names to values is wanted`)
	f("topology:\n  speeds: {a: [b]}\n", `spoor.yaml:2:15: topology.speeds: a mapping of names to values is wanted`)
	f("\tcollector: a\n", `spoor.yaml:1:10: a tab: YAML wants spaces in front of a key`)
	f("kafka:\n\tbrokers: a\n", `spoor.yaml:2:1: a tab: YAML wants spaces in front of a key`)
	f("collector: a\n  kafka: b\n", `spoor.yaml:1:12: this cannot stand here: keys of one section begin in the same column, and a colon is followed by a space`)
	f("a: b: c\n", `spoor.yaml:1:4: this cannot stand here: keys of one section begin in the same column, and a colon is followed by a space`)
	f("kafka:\n  brokers: {a: b}\n", `spoor.yaml:2:12: kafka.brokers: a list of text is wanted`)
	f("flows:\n  idle: 5\n", `spoor.yaml:2:9: flows.idle: "5" is no duration: write it like 90s, 1m30s or 24h`)
	f("flows:\n  idle: -5s\n", `spoor.yaml:2:9: flows.idle: "-5s" is no duration: write it like 90s, 1m30s or 24h`)
	f("flows:\n  max_bytes: 3.5B\n", `spoor.yaml:2:14: flows.max_bytes: "3.5B" is no size: write it like 512MiB or 10GB`)
	f("kafka:\n  share: 1\n", `spoor.yaml:2:10: kafka.share: "1" is no share: write it like 0.1 or 10%`)
	f("listen:\n  workers: 0\n", `spoor.yaml:2:12: listen.workers: 0 is out of range: at least 1 is wanted`)
	f("listen:\n  workers: 4294967297\n", `spoor.yaml:2:12: listen.workers: 4294967297 is out of range: at least 1 is wanted`)
	f("topology:\n  learn: yes\n", `spoor.yaml:2:10: topology.learn: "yes" is neither true nor false`)
	f("log:\n  level: loud\n", `spoor.yaml:2:10: log.level: "loud" is none of debug, info`)
	f("kafka.brokers: a\nkafka:\n  brokers: b\n", `spoor.yaml:3:3: key "kafka.brokers" is given twice`)
	f("collector: a\n---\ncollector: b\n", `spoor.yaml:3:10: a second document: one is wanted`)
	f("listen:\n  allow: [10.0.0.0/33]\n", `spoor.yaml:2:10: listen.allow: "10.0.0.0/33" is neither an address nor a prefix such as 10.0.0.0/8`)
	f("colector: a\nflows:\n  idle: 5\n  idel: 6s\nkafka: a\nlog: {level: loud}\n", strings.Join([]string{
		`spoor.yaml:1:1: unknown key "colector": did you mean "collector"?`,
		`spoor.yaml:3:9: flows.idle: "5" is no duration: write it like 90s, 1m30s or 24h`,
		`spoor.yaml:4:3: unknown key "flows.idel": did you mean "flows.idle"?`,
		`spoor.yaml:5:8: kafka is a section: keys below it are wanted`,
		`spoor.yaml:6:14: log.level: "loud" is none of debug, info`,
	}, "\n"))
	many, told := "", ""
	for i := range maxMistakes + 2 {
		if many += fmt.Sprintf("%[1]d%[1]d: x\n", i); i < maxMistakes {
			told += fmt.Sprintf("spoor.yaml:%d:1: unknown key \"%[2]d%[2]d\"\n", i+1, i)
		}
	}
	f(many, told+"spoor.yaml: and 2 more mistakes")
	for _, text := range []string{"collector: [a\n", "collector: a\n  kafka: b\n", "\tcollector: a\n", "a: b: c\n", "collector: a\ncollector: b\n", "x: &a 1\nflows.idle: 5m\n"} {
		err := newSet(defaults()).File("spoor.yaml", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), "spoor.yaml:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// TestLocate: an error that a room found in a setting gets the place that the setting has in the file, each of several its own.
func TestLocate(t *testing.T) {
	set := newSet(defaults())
	if err := set.File("spoor.yaml", []byte("collector: dc1\nkafka:\n  brokers: [kafka1]\nflows.idle: 5m\nflows.max_bytes: 1\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Env([]string{"SPOOR_FLOWS_IDLE=6m"}); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("kafka.brokers: \"kafka1\" is no host:port")
	err := set.Locate(errors.Join(cause, nil, errors.New("flows.idle is 6m"), errors.New("log.level is odd"), errors.New("collector"), errors.New("else"), errors.New("flows.max_bytes is too little"), errors.New("collector's name"), errors.New("collectors"), errors.New("collector9"), errors.New("collector_"), fmt.Errorf("%w", errors.Join(errors.New("collector must not be so")))))
	want := `spoor.yaml:3:12: kafka.brokers: "kafka1" is no host:port
flows.idle is 6m
log.level is odd
spoor.yaml:1:12: collector
else
spoor.yaml:5:18: flows.max_bytes is too little
spoor.yaml:1:12: collector's name
collectors
collector9
collector_
spoor.yaml:1:12: collector must not be so`
	if err == nil || err.Error() != want || !errors.Is(err, cause) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if err := set.Locate(nil); err != nil {
		t.Error(err)
	}
}

func TestFlagOverEnvironmentOverFileOverDefault(t *testing.T) {
	c := defaults()
	s := newSet(c)
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.Bind(fs)
	if err := fs.Parse([]string{"--kafka.brokers", "f1,f2", "--kafka.brokers=f3", "--topology.learn"}); err != nil {
		t.Fatal(err)
	}
	if err := s.File("x", []byte("{collector: file, kafka.brokers: file, flows.idle: 1s, topology.learn: false}")); err != nil {
		t.Fatal(err)
	}
	warnings, err := s.Env([]string{"SPOOR_COLLECTOR=env", "SPOOR_KAFKA_BROKERS=e1, e2", "SPOOR_KAFKA_BROKER=x", "SPOOR_SERVICE_HOST=10.0.0.1", "HOME=/", "SPOUR_FLOWS_IDLE=1s", "SPOOR_FLOWS_IDLE"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"environment variable SPOOR_KAFKA_BROKER is not used: did you mean SPOOR_KAFKA_BROKERS?"}, warnings); d != "" {
		t.Error(d)
	}
	if err := s.Flags(); err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Collector, want.Brokers, want.Idle = "env", []string{"f1", "f2", "f3"}, time.Second
	if d := cmp.Diff(want, c, cmpopts.EquateComparable(netip.Prefix{})); d != "" {
		t.Error(d)
	}
	for name, want := range map[string]Origin{"collector": FromEnv, "kafka.brokers": FromFlag, "flows.idle": FromFile, "log.level": FromDefault} {
		if got := s.Origin(name); got != want {
			t.Errorf("%s: from %v, want %v", name, got, want)
		}
	}
}

func TestErrorsNameTheirSource(t *testing.T) {
	s := newSet(defaults())
	warnings, err := s.Env([]string{"SPOOR_FLOWS_IDEL=1s", "SPOOR_FLOWS_IDLE=soon"})
	if err == nil || !strings.HasPrefix(err.Error(), "environment variable SPOOR_FLOWS_IDLE: ") || len(warnings) != 1 {
		t.Errorf("got %v, warnings %q", err, warnings)
	}
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.Bind(fs)
	if err := fs.Parse([]string{"--flows.idle=soon"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Flags(); err == nil || !strings.HasPrefix(err.Error(), "--flows.idle: ") {
		t.Errorf("got %v", err)
	}
}

func TestDumpReadsBackAsTheSame(t *testing.T) {
	c := defaults()
	s := newSet(c)
	text := "{collector: 'a: #b', kafka.brokers: ['a,b', ' c', '[::1]:9092'], listen.allow: ['fd00::/8'], topology.speeds: {'*': 10G}, flows.max_bytes: 3000, flows.idle: 36h}"
	if err := s.File("x", []byte(text)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.Dump(&b); err != nil {
		t.Fatal(err)
	}
	again := defaults()
	if err := newSet(again).File("dump", b.Bytes()); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if d := cmp.Diff(c, again, cmpopts.EquateComparable(netip.Prefix{})); d != "" {
		t.Errorf("%s\n%s", d, b.String())
	}
	for _, line := range []string{"  idle: 36h # file\n", "  max_bytes: 3000 # file\n", "log:\n  level: info\n"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("%q missing in\n%s", line, b.String())
		}
	}
}

// TestShown: what the help, the reference and the dump show of the settings.
func TestShown(t *testing.T) {
	c := defaults()
	s := newSet(c)
	s.MarkLive(func(name string) bool { return name == "flows.idle" })
	if err := s.File("x", []byte("{collector: 'a, b', kafka.brokers: ['a', 'c: d'], topology.speeds: {'*': 10G}}")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.Dump(&b); err != nil {
		t.Fatal(err)
	}
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.Bind(fs)
	for got, want := range map[string]string{b.String(): `collector: a, b # file
listen:
  allow: []
  workers: 2
kafka:
  brokers: [a, "c: d"] # file
  share: 0.1
flows:
  idle: 1m30s
  max_bytes: 512MiB
topology:
  learn: true
  speeds: ["*=10G"] # file
log:
  level: info
`, fs.FlagUsages(): `      --collector text                     Name of this collector. (default a, b)
      --flows.idle duration                Idle. (default 1m30s)
      --flows.max_bytes size               Bytes. (default 512MiB)
      --kafka.brokers text,...             Brokers. (default a,c: d)
      --kafka.share ratio                  Share. (default 0.1)
      --listen.allow prefix,...            Sources.
      --listen.workers number              Workers. (default 2)
      --log.level debug|info               Level. (default info)
      --topology.learn true|false[=true]   Learn. (default true)
      --topology.speeds speed,...          Speeds. (default *=10G)
`, strings.ReplaceAll(string(s.Reference()), "`", "'"): `
## General

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'collector' | text | 'a, b' | Name of this collector. |

## 'listen'

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'listen.allow' | list of prefix |  | Sources. |
| 'listen.workers' | number | '2' | Workers. |

## 'kafka'

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'kafka.brokers' | list of text | 'a, c: d' | Brokers. |
| 'kafka.share' | ratio | '0.1' | Share. |

## 'flows'

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'flows.idle' ↻ | duration | '1m30s' | Idle. |
| 'flows.max_bytes' | size | '512MiB' | Bytes. |

## 'topology'

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'topology.learn' | true\|false | 'true' | Learn. |
| 'topology.speeds' | list of speed | '*=10G' | Speeds. |

## 'log'

| Key | Type | Default | Meaning |
|---|---|---|---|
| 'log.level' | debug\|info | 'info' | Level. |
`} {
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s\n%s", d, got)
		}
	}
}

// FuzzFile wants no panic, and errors of whole lines that begin with the file's name, from any file.
func FuzzFile(f *testing.F) {
	for _, s := range []string{"collector: a", "kafka: {brokers: [a, b]}", "a: &x [1, *x]", "? a\n: b", "{", "<<: a", "!!binary x: y", "kafka:\n <<: {brokers: a}\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := newSet(defaults()).File("f", []byte(text))
		if err == nil {
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, "f:") {
				t.Errorf("%q: %q", text, err)
			}
		}
	})
}

type hidden string

func newSetOf(user *string, password *hidden) *Set {
	return NewSet(Key{"sasl.username", "User.", String(user)}, Key{"sasl.password", "Password.", Secret(password)})
}

// TestSecret: a secret is taken from the file and the environment, not from the
// command line, and nothing shows it.
func TestSecret(t *testing.T) {
	var password hidden
	var user string
	set := newSetOf(&user, &password)
	check := func(want hidden) {
		t.Helper()
		var b bytes.Buffer
		if err := set.Dump(&b); err != nil {
			t.Fatal(err)
		}
		b.Write(set.Reference())
		if password != want || strings.Contains(b.String(), string(want)) || !strings.Contains(b.String(), "# password is set and not shown") {
			t.Errorf("%q: %s", password, b.String())
		}
		settings, _, _ := bytes.Cut(b.Bytes(), []byte("\n## "))
		if err := newSetOf(&user, &password).File("dump.yaml", settings); err != nil {
			t.Errorf("the dump is no file: %v", err)
		}
	}
	if err := set.File("spoor.yaml", []byte("sasl:\n  password: geheim1\n")); err != nil {
		t.Fatal(err)
	}
	check("geheim1")
	if _, err := set.Env([]string{"SPOOR_SASL_PASSWORD=geheim2"}); err != nil {
		t.Fatal(err)
	}
	check("geheim2")
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.Bind(fs)
	if err := fs.Parse([]string{"--sasl.password", "geheim3"}); err != nil {
		t.Fatal(err)
	}
	err := set.Flags()
	if err == nil || !strings.Contains(err.Error(), "SPOOR_SASL_PASSWORD") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("on the command line: %v", err)
	}
	check("geheim2")
	if strings.Contains(fs.FlagUsages(), "geheim") {
		t.Error("the help shows it")
	}
}

// TestChangedSecret: that a secret has changed is known; what it is, is not.
func TestChangedSecret(t *testing.T) {
	password := "before"
	set := NewSet(Key{Name: "password", Help: "x", Value: Secret(&password)})
	since := set.Values()
	if names := set.Changed(since); names != nil {
		t.Errorf("changed: %q", names)
	}
	password = "after"
	if names := set.Changed(since); len(names) != 1 || names[0] != "password" {
		t.Errorf("changed: %q", names)
	}
	if text := fmt.Sprint(since, set.Values()); strings.Contains(text, "before") || strings.Contains(text, "after") {
		t.Error(text)
	}
}
