package elephant

import "fmt"

// The parts of the rule that all presets share.
const (
	fastLeak = 1.5  // threshold-seconds per second out of the fast bucket; the slow one leaks 1
	endLeak  = 0.7  // into the reverse bucket: an elephant below 0.7 x its threshold ends
	floor    = 1.0  // no bucket is smaller: bursts of less than a threshold-second stay silent; see Preset.Burst
	pause    = 4.0  // s since the reverse bucket was last empty: a TCP stall must not split a life
	hold     = 1.0  // s for which an agent may hold samples back (sFlow v5: 1 s at most)
	rateTau  = 2.0  // s, of the EWMA of the share
	qDecay   = 0.05 // per sample, of the decaying maximum of b
)

// Preset sizes the detector's buckets in samples: larger ones give fewer false
// alerts and later true ones, about equally at every speed and sampling rate.
type Preset struct {
	Name string
	Slow float64 // samples above the leak of 1 x the threshold
	Fast float64 // samples above the leak of 1.5 x
	End  float64 // samples below 0.7 x that end an elephant
	// Burst widens the least size of the buckets, one threshold-second, by so many
	// standard deviations of the samples that make one up: a burst of less must stay
	// silent even if more of it is sampled than there should be.
	Burst float64
}

// The presets. Default gives 0.03 false alerts per flow-day of a flow at 0.8 x
// the threshold that is sampled 25 times a second at the threshold.
var (
	Fast    = Preset{Name: "fast", Slow: 24, Fast: 11, End: 15}
	Default = Preset{Name: "default", Slow: 36, Fast: 15, End: 15, Burst: 1.5}
	Strict  = Preset{Name: "strict", Slow: 64, Fast: 26, End: 15, Burst: 1.5}
)

// PresetByName gives the preset called name; "" is the default one.
func PresetByName(name string) (Preset, error) {
	switch name {
	case Fast.Name:
		return Fast, nil
	case Default.Name, "":
		return Default, nil
	case Strict.Name:
		return Strict, nil
	}
	return Preset{}, fmt.Errorf("unknown preset %q: fast, default or strict", name)
}
