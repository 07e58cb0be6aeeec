package decode_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/decode"
	"spoor/internal/telemetry"
)

// What a sample may cost beside others who decode the same datagrams.
const (
	overPrototype = 1.3 // at most this many times what the prototype takes
	underGoflow2  = 13  // at most one part in this many of what goflow2 takes
)

// prototypeFile is the decoder that this one began from: it looks into the
// headers as well, keeps less and trusts more. It may be absent.
const prototypeFile = "../../shared/prototypes/decode/decode.go"

// prototype decodes one datagram with it; nil unless laidOver built this test.
var prototype func(payload []byte) error

// TestSpeed takes turns with goflow2's decoder, which does not look into the
// headers, and with the prototype over the mix. What counts is the CPU time of
// the process. Beside goflow2 it is that of the median turn, for its garbage is
// collected now and then; beside the prototype, which makes none either, that of
// the best turn, which a busy machine disturbs least. Each race is judged by its
// own turns and by those of all so far; a machine that is busy, or whose host is,
// gets several.
func TestSpeed(t *testing.T) {
	if testing.Short() || raceDetector || telemetry.CPUTime() == 0 {
		t.Skip("a measurement")
	}
	if prototype == nil {
		if _, err := os.Stat(prototypeFile); err == nil {
			laidOver(t)
			return
		}
		t.Logf("%s is absent: goflow2 alone is the yardstick", prototypeFile)
	}
	const chances = 10
	racers, samples := racers()
	all := make([][]float64, len(racers))
	for chance := 1; ; chance++ {
		race(t, racers, samples)
		if fastEnough(t, racers) {
			return
		}
		for i, r := range racers {
			all[i] = append(all[i], r.took...)
			r.took = append([]float64(nil), all[i]...)
		}
		if chance > 1 && fastEnough(t, racers) {
			return
		}
		if chance == chances {
			t.Fatalf("want at least %d times as fast as goflow2 and at most %.1f times the prototype's time", underGoflow2, overPrototype)
		}
	}
}

// racers gives all who take part, and how many samples they decode in a round.
func racers() (list []*racer, samples int) {
	datagrams, samples := mix()
	d := decode.New(&counter{})
	list = []*racer{
		{name: "spoor", datagrams: datagrams, decode: func(p []byte) error {
			d.Decode(p)
			return nil
		}},
		{name: "goflow2", datagrams: datagrams, decode: func(p []byte) error {
			var m sflow.Packet
			return sflow.DecodeMessageVersion(bytes.NewBuffer(p), &m)
		}},
	}
	if prototype != nil {
		list = append(list, &racer{name: "prototype", datagrams: datagrams, decode: prototype})
	}
	return list, samples
}

// race lets all take their turns.
func race(t *testing.T, racers []*racer, samples int) {
	t.Helper()
	const turns, length = 25, 4 * time.Millisecond
	for _, r := range racers {
		r.took, r.rounds = nil, 0
		for begin := telemetry.CPUTime(); telemetry.CPUTime()-begin < length; r.rounds++ {
			r.round(t)
		}
	}
	for range turns {
		for _, r := range racers {
			begin := telemetry.CPUTime()
			for range r.rounds {
				r.round(t)
			}
			r.took = append(r.took, float64(telemetry.CPUTime()-begin)/float64(r.rounds*samples))
		}
	}
}

// fastEnough tells whether we are by the turns that were taken.
func fastEnough(t *testing.T, racers []*racer) bool {
	t.Helper()
	for _, r := range racers {
		slices.Sort(r.took)
		t.Logf("%-9s %6.1f ns a sample, at best %.1f, of %d turns", r.name, r.median(), r.best(), len(r.took))
	}
	faster, slower := racers[1].median()/racers[0].median(), 0.0
	t.Logf("goflow2 takes %.1f times our time", faster)
	if len(racers) > 2 {
		slower = racers[0].best() / racers[2].best()
		t.Logf("we take %.2f times the prototype's", slower)
	}
	return faster >= underGoflow2 && slower <= overPrototype
}

// racer is one of those who take turns.
type racer struct {
	name      string
	decode    func(payload []byte) error
	datagrams [][]byte
	rounds    int       // over all datagrams in a turn
	took      []float64 // ns of CPU time a sample, by turn
}

func (r *racer) round(t *testing.T) {
	t.Helper()
	for _, p := range r.datagrams {
		if err := r.decode(p); err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
	}
}

// The turns are sorted for these two.
func (r *racer) best() float64   { return r.took[0] }
func (r *racer) median() float64 { return r.took[len(r.took)/2] }

// laidOver runs the test once more in a build that takes the prototype for a
// package of this module, so that both run in one process.
func laidOver(t *testing.T) {
	t.Helper()
	absolute := func(path string) string {
		a, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		absolute("prototype/decode.go"): absolute(prototypeFile),
		absolute("prototype_test.go"):   absolute("testdata/prototype/prototype_test.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-vet=off", "-overlay", file, "-run", "^TestSpeed$", ".").CombinedOutput()
	t.Logf("with the prototype:\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
}
