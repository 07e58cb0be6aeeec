package elephant

import "math"

// fade gives exp(-x). Samples come so close together that x is nearly always
// small: then the first terms of its series are as exact, in a third of the time.
func fade(x float64) float64 {
	if !(x >= 0 && x < 1.0/16) {
		return math.Exp(-x)
	}
	x2 := x * x
	x4 := x2 * x2
	return (1 - x + x2*(1.0/2-x*(1.0/6))) + x4*((1.0/24-x*(1.0/120)+x2*(1.0/720-x*(1.0/5040)))+x4*(1.0/40320))
}
