package analytics

import (
	"math"

	"spoor/analytics/elephant"
	"spoor/analytics/watch"
	"spoor/topology"
)

// promiseTurns: one in so many switches is looked at each second for how soon elephants are found there.
const promiseTurns = 60

// sampledFor: a switch without samples for so long has no traffic, or is silent.
const sampledFor = int64(60e9)

// promised tells the watch how soon elephants are found on the switches whose turn it is.
func (e *Engine) promised(now int64) {
	preset, err := elephant.PresetByName(e.cfg.Elephants.Preset)
	within := e.cfg.Alerts.DetectionWithin.Seconds()
	if err != nil || within <= 0 {
		return
	}
	hops := e.meanHops()
	turn := topology.SwitchID(now / watchEvery % promiseTurns)
	e.snap.Load().Switches(func(sw *topology.Switch) {
		if sw.ID%promiseTurns != turn || sw.Host || now-e.taps.heard[sw.ID].Load() > sampledFor {
			return
		}
		d := e.detects(sw, &preset, hops, within)
		e.watch.Detects(&d, within)
	})
}

// detects finds the port of a switch on which elephants are found last.
func (e *Engine) detects(sw *topology.Switch, preset *elephant.Preset, hops, within float64) watch.Detection {
	d := watch.Detection{Switch: sw.ID}
	var rarest [2]float64 // by direction: what is known of ports of which no sample came yet
	rates := func(port uint32) (n [2]float64) {
		return [2]float64{e.taps.rate(tapKey{sw.ID, port, false}), e.taps.rate(tapKey{sw.ID, port, true})}
	}
	for idx := range sw.Ports {
		n := rates(idx)
		rarest[0], rarest[1] = max(rarest[0], n[0]), max(rarest[1], n[1])
	}
	for idx, p := range sw.Ports { // of equal ones the lowest: order does not matter
		if p.Peer == 0 && !p.Edge || p.Speed <= 0 {
			continue
		}
		samples, least := 0.0, math.Inf(1)
		for way, n := range rates(idx) {
			if n == 0 {
				n = rarest[way]
			}
			if n > 0 {
				samples += hops * p.SamplesAtLimit(n)
				least = min(least, n)
			}
		}
		if samples == 0 {
			continue
		}
		d.Ports++
		_, p99 := preset.ExpectedDelay(samples, 1)
		if p99 <= within {
			continue
		}
		d.Slow++
		if p99 > d.P99 || p99 == d.P99 && idx < d.Port {
			d.Port, d.P99, d.Rate = idx, p99, uint32(least)
			d.Wanted = uint32(max(1, min(least*within/p99, p.Speed/1e6)))
		}
	}
	return d
}
