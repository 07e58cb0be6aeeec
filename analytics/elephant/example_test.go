package elephant_test

import (
	"fmt"

	"spoor/analytics/elephant"
)

// A flow of 250 Mbit/s on a link of 1 Gbit/s, sampled 1 in 1000 at two hops.
func Example() {
	const theta = 0.10 * 1e9
	var (
		preset   = elephant.Default
		state    elephant.State
		stages   elephant.Stages
		estimate elephant.Estimate
	)
	hops := []elephant.Point{{Agent: 1, Port: 1, TTL: 64, N: 1000}, {Agent: 2, Port: 7, TTL: 63, N: 1000}}
	for i := range int64(200) {
		now := i * 24_290_000 // 2 x 20.6 samples a second
		bits := 8 * 1518 * stages.Add(&hops[i%2], nil, now)
		estimate.Add(now, bits)
		if preset.Observe(&state, nil, now, bits/theta, false) == elephant.Started {
			v := estimate.At(now)
			fmt.Printf("elephant after %.1f s: %d stages, %.0f Mbit/s\n", float64(now-state.SinceTime(now))/1e9, stages.Count(), v.Rate/1e6)
		}
	}
	// Output: elephant after 1.3 s: 2 stages, 246 Mbit/s
}
