package scenario

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// known.json tells of scenarios that are short of their target what they
// reach: for each set of seeds and each scenario. `make scenarios-known` writes it.
//
//go:embed known.json
var knownText []byte

// Known holds targets as low as what is reached, by seeds ("1,2,3") and scenario.
type Known map[string]map[string]Target

// LoadKnown reads the embedded file.
func LoadKnown() (Known, error) {
	k := Known{}
	if err := json.Unmarshal(knownText, &k); err != nil {
		return nil, fmt.Errorf("known.json: %w", err)
	}
	return k, nil
}

// SeedsText names a set of seeds.
func SeedsText(seeds []uint64) string {
	text := ""
	for i, n := range seeds {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprint(n)
	}
	return text
}

// slack is what chance may change of a figure that is short of its target,
// when something that has nothing to do with it changes.
func (t *Target) slack(target *Target) Target {
	return Target{
		Recall:  min(target.Recall, t.Recall-0.02),
		False:   max(target.False, t.False+t.False/5),
		Delay:   max(target.Delay, 1.1*t.Delay),
		Wrong:   max(target.Wrong, t.Wrong+t.Wrong/5+1),
		Missing: max(target.Missing, t.Missing+0.02),
		Moves:   min(target.Moves, t.Moves-0.02),
	}
}

// Learn notes what the rows that are short of their target reach, and forgets those that are no longer.
func (k Known) Learn(seeds []uint64, rows []Row) {
	by := k[SeedsText(seeds)]
	if by == nil {
		by = map[string]Target{}
		k[SeedsText(seeds)] = by
	}
	for i := range rows {
		f, target := rows[i].Score.Figures(), rows[i].Scenario.target()
		delete(by, rows[i].Scenario.Name)
		if len(f.Short(&target)) > 0 {
			by[rows[i].Scenario.Name] = Target{
				Recall: or(f.Recall, 1), False: f.False, Delay: or(f.p99(target.Delay), target.Delay), Wrong: f.Wrong, Missing: round(f.Missing), Moves: or(f.Moves, 1),
			}
		}
	}
}

// or gives v to three digits, what else says where v is NaN.
func or(v, what float64) float64 {
	if math.IsNaN(v) {
		return what
	}
	return round(v)
}

func round(v float64) float64 { return math.Round(1000*v) / 1000 }

// Write writes the file.
func (k Known) Write(name string) error {
	text, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
