package analytics_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata")

var errCommand = errors.New("no such command, or not in this form")

// TestTranscripts runs the commands in testdata/*.txt on the rig's fabric and
// compares what the engine tells with what stands below them:
//
//	fabric [speed=100M|none] [preset=NAME] [share=0.1]   a new engine; the first line
//	flow NAME A>B spineS RATE [at=leaf1,spine1] [n=100] [udp|tcp] [late=5s]   from host A to host B, from now on;
//	                                                     sampled one in n, evenly, at the spine or at the switches named
//	stop NAME
//	go 5s                                                time passes
//	restart 3s                                           a stop of so long; the flows go on
//	finish                                               as a replay's end does
//
// Times are those since the first line. `go test ./analytics -run Transcripts -update` rewrites what stands below "----".
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := player{t: t}
			got := p.play(string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if d := cmp.Diff(string(text), got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// player runs one transcript.
type player struct {
	t      *testing.T
	rig    *rig
	change func(*analytics.Config)
	begin  int64
	flows  []*played
	said   [3]int // messages of the rig's recorder that were written: elephants, paths, alerts
}

// played is a flow of a transcript.
type played struct {
	name  string
	key   flow.Key
	spine byte
	src   byte
	dst   byte
	gap   int64 // between two samples at one switch
	n     uint32
	late  int64
	at    []string
	next  []int64
}

// play gives the text with what the engine tells below each block of commands.
func (p *player) play(text string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		commands, _, _ := strings.Cut(block, "\n----")
		out.WriteString(commands + "\n----\n")
		for line := range strings.Lines(commands) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			if err := p.command(strings.Fields(line)); err != nil {
				p.t.Fatalf("%q: %v", line, err)
			}
			p.tell(&out)
		}
		out.WriteString("\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

func (p *player) command(words []string) error {
	switch {
	case words[0] == "fabric":
		return p.fabric(words[1:])
	case p.rig == nil:
		return errCommand
	case words[0] == "flow" && len(words) >= 5:
		return p.flow(words[1:])
	case words[0] == "stop" && len(words) == 2:
		for i, f := range p.flows {
			if f.name == words[1] {
				p.flows = append(p.flows[:i], p.flows[i+1:]...)
				return nil
			}
		}
		return errCommand
	case words[0] == "go" && len(words) == 2:
		return p.pass(words[1])
	case words[0] == "restart" && len(words) == 2:
		s, err := seconds(words[1])
		if err != nil {
			return err
		}
		p.rig.e.Suspend(p.rig.now)
		p.rig, p.said = p.rig.again(s, p.change), [3]int{}
		for _, f := range p.flows {
			for i := range f.next {
				f.next[i] += s
			}
		}
	case words[0] == "finish":
		p.rig.e.Finish(p.rig.now, flow.EndIdle)
	default:
		return errCommand
	}
	return nil
}

// options splits k=v.
func options(words []string, set map[string]func(v string) error) error {
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		f := set[k]
		if f == nil {
			return fmt.Errorf("%q: %w", w, errCommand)
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) fabric(words []string) error {
	var changes []func(*analytics.Config)
	err := options(words, map[string]func(string) error{
		"preset": func(v string) error {
			changes = append(changes, func(c *analytics.Config) { c.Elephants.Preset = v })
			return nil
		},
		"share": func(v string) error {
			x, err := strconv.ParseFloat(v, 64)
			changes = append(changes, func(c *analytics.Config) { c.Elephants.Share = x })
			return err
		},
		"speed": func(v string) error {
			if v == "none" {
				changes = append(changes, func(c *analytics.Config) { c.Topology.Speeds = nil })
				return nil
			}
			x, err := rate(v)
			changes = append(changes, func(c *analytics.Config) { c.Topology.Speeds = []topology.Speed{{Bps: x}} })
			return err
		},
	})
	if err != nil {
		return err
	}
	p.change = func(c *analytics.Config) {
		for _, f := range changes {
			f(c)
		}
	}
	p.rig = newRig(p.t, p.change)
	p.begin, p.flows = p.rig.now, nil
	p.said = [3]int{1: len(p.rig.paths)} // but for those of the hosts that make themselves heard
	return nil
}

func (p *player) flow(words []string) error {
	f := &played{name: words[0], n: 100}
	if _, err := fmt.Sscanf(words[1]+" "+words[2], "%d>%d spine%d", &f.src, &f.dst, &f.spine); err != nil {
		return fmt.Errorf("%q: %w", words[1:3], err)
	}
	bps, err := rate(words[3])
	if err != nil {
		return err
	}
	f.at = []string{words[2]}
	proto := uint8(flow.ProtoUDP)
	err = options(words[4:], map[string]func(string) error{
		"at":   func(v string) error { f.at = strings.Split(v, ","); return nil },
		"n":    func(v string) error { n, err := strconv.ParseUint(v, 10, 32); f.n = uint32(n); return err },
		"udp":  func(string) error { return nil },
		"tcp":  func(string) error { proto = flow.ProtoTCP; return nil },
		"late": func(v string) (err error) { f.late, err = seconds(v); return err },
	})
	f.gap = int64(8 * 1514 * float64(f.n) / bps * 1e9)
	s := p.rig.sample(int(f.src), int(f.dst), 50+f.spine, uint32(f.src), uint32(f.dst), 63)
	f.key = s.Packet.Key
	f.key.Proto = proto
	for _, c := range f.name {
		f.key.SrcPort += uint16(c)
	}
	for i := range f.at {
		f.next = append(f.next, p.rig.now+f.gap*int64(i+1)/int64(len(f.at)))
	}
	for i, old := range p.flows { // changes it
		if old.name == f.name {
			p.flows[i] = f
			return err
		}
	}
	p.flows = append(p.flows, f)
	return err
}

// pass lets time pass: samples come one after the other.
func (p *player) pass(text string) error {
	s, err := seconds(text)
	for end := p.rig.now + s; ; {
		var from *played
		at, which := end, 0
		for _, f := range p.flows {
			for i, next := range f.next {
				if next < at {
					from, at, which = f, next, i
				}
			}
		}
		p.rig.advance(at - p.rig.now)
		if from == nil {
			return err
		}
		from.next[which] += from.gap
		p.rig.give(p.sample(from, from.at[which]))
	}
}

// sample gives one of a flow at a switch of its way.
func (p *player) sample(f *played, at string) *flow.Sample {
	var s *flow.Sample
	uplink := 48 + uint32(f.spine)
	switch at {
	case fmt.Sprintf("leaf%d", f.src):
		s = p.rig.sample(int(f.src), int(f.dst), f.src, 1, uplink, 64)
	case fmt.Sprintf("leaf%d", f.dst):
		s = p.rig.sample(int(f.src), int(f.dst), f.dst, uplink, 1, 62)
	default:
		s = p.rig.sample(int(f.src), int(f.dst), 50+f.spine, uint32(f.src), uint32(f.dst), 63)
	}
	s.Packet.Key = f.key
	s.SamplingRate, s.EffectiveRate = f.n, f.n
	s.Time = p.rig.now - f.late
	return s
}

// tell writes what is new, by kind.
func (p *player) tell(out *strings.Builder) {
	r := p.rig
	stamp := func(t int64) string { return fmt.Sprintf("%6.1f s ", float64(t-p.begin)/1e9) }
	for _, m := range r.paths[p.said[1]:] {
		fmt.Fprintf(out, "%s path of %s: %s, %s %s\n", stamp(m.Time), p.name(m.Key), m.Cause, m.State, strings.Join(m.Switches(), " "))
	}
	for _, m := range r.elephants[p.said[0]:] {
		fmt.Fprintf(out, "%s elephant %s %s, episode %d", stamp(m.Time), p.name(m.Key), m.State, m.Episode)
		if m.State == flow.ElephantEnded {
			fmt.Fprintf(out, ", %s, since %.1f s to %.1f s\n", m.EndReason, float64(m.Since-p.begin)/1e9, float64(m.Ended-p.begin)/1e9)
			continue
		}
		fmt.Fprintf(out, ": share %.2f, P %.2f, by %s, %d stages, %d taps, 1 in %v, slot %d;", m.Share, m.Probability, m.Evidence.Proof, m.Evidence.Stages,
			m.Evidence.Taps, m.Evidence.SamplingRates, m.Slot)
		for i := range m.Links {
			fmt.Fprintf(out, " %s %.2f", m.Links[i].Name(">"), m.Links[i].Share)
		}
		fmt.Fprintln(out)
	}
	for _, a := range r.alerts[p.said[2]:] {
		if a.State != flow.AlertActive {
			fmt.Fprintf(out, "%s alert %s: %s, %s %s\n", stamp(a.Time), a.State, a.Labels[0].Value, a.Severity, a.Incident)
		}
	}
	p.said = [3]int{len(r.elephants), len(r.paths), len(r.alerts)}
}

func (p *player) name(k flow.Key) string {
	for _, f := range p.flows {
		if f.key == k {
			return f.name
		}
	}
	return k.String()
}

func seconds(text string) (int64, error) {
	x, err := strconv.ParseFloat(strings.TrimSuffix(text, "s"), 64)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, err)
	}
	return int64(x * 1e9), nil
}

// rate reads megabits: 25M.
func rate(text string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSuffix(text, "M"), 64)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, err)
	}
	return x * 1e6, nil
}
