package analytics

import (
	"cmp"
	"math"
	"slices"

	"spoor/analytics/elephant"
	"spoor/topology"
)

// Detectability is how long the detector needs for a flow of twice the threshold on a link.
type Detectability struct {
	Link, Switch, Port string
	IfIndex            uint32
	Outgoing           bool    // frames that leave by the port, towards those who do not sample; else those that enter by it
	P50, P99           float64 // seconds, +Inf: never
	Samples            float64 // a second of a flow at the threshold, at all its hops together
	Rate               uint32  // one in so many is sampled, 0 if nobody samples
}

// Detectability gives it for each link by what is known of rates and speeds, the
// worst first, at most limit of them. A flow is taken to be sampled on its way as
// often as at this link, at as many switches as paths have on average.
func (e *Engine) Detectability(limit int) []Detectability {
	preset, err := elephant.PresetByName(e.config().Elephants.Preset)
	if err != nil {
		return nil
	}
	hops := e.meanHops()
	snap := e.Snapshot()
	switches := e.taps.bySwitch()
	var all []Detectability
	snap.EachPort(func(sw *topology.Switch, p *topology.Port) {
		for _, out := range [...]bool{false, true} {
			if out && p.Peer != 0 && snap.Switch(p.Peer) != nil {
				continue // what leaves here enters there
			}
			d := Detectability{Link: p.LinkName, Switch: sw.Name, Port: p.Name, IfIndex: p.IfIndex, Outgoing: out}
			every := switches[sw.ID]
			if n := e.taps.rate(tapKey{sw.ID, p.IfIndex, out}); n > 0 {
				every[direction(out)] = n
			}
			least := math.Inf(1)
			for _, n := range every {
				if n > 0 {
					least = min(least, n)
					d.Samples += hops * p.SamplesAtLimit(n)
				}
			}
			if !math.IsInf(least, 1) {
				d.Rate = uint32(least)
			}
			d.P50, d.P99 = preset.ExpectedDelay(d.Samples, 1)
			all = append(all, d)
		}
	})
	slices.SortFunc(all, func(a, b Detectability) int {
		return cmp.Or(cmp.Compare(b.P99, a.P99), cmp.Compare(a.Switch, b.Switch), cmp.Compare(a.IfIndex, b.IfIndex), cmp.Compare(direction(a.Outgoing), direction(b.Outgoing)))
	})
	return all[:min(len(all), limit)]
}

// defaultHops stands for paths while none is known: leaf, spine, leaf.
const defaultHops = 3

// meanHops gives the mean number of switches on the paths of flows.
func (e *Engine) meanHops() float64 {
	flows, hops := e.paths.Lengths()
	if flows == 0 {
		return defaultHops
	}
	return float64(hops) / float64(flows)
}

func direction(out bool) int {
	if out {
		return 1
	}
	return 0
}

// bySwitch gives the rarest sampling of each switch, on ingress and on egress; 0 where it does not sample.
func (t *taps) bySwitch() map[topology.SwitchID][2]float64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := map[topology.SwitchID][2]float64{}
	for k, p := range t.all {
		v := all[k.sw]
		v[direction(k.egress)] = max(v[direction(k.egress)], float64(p.rate.Load()))
		all[k.sw] = v
	}
	return all
}
