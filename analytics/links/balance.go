package links

// Uplink is one of the equal ways that lead out of a switch.
type Uplink struct {
	Port      ID
	Bits      float64 // per second, sent
	Speed     float64 // bit/s
	Elephants float64 // bit/s of Bits that elephants take
	Count     int     // of elephants
}

// Cause says why uplinks are out of balance.
type Cause uint8

// Causes.
const (
	Balanced    Cause = iota
	Elephantine       // without its elephants the busiest uplink would be as the others
	IdleUplink        // an uplink that is up carries next to nothing: it is no next hop
	Polarised         // many flows, unevenly spread: the hash of this tier follows that of the one before
)

// Balance is how evenly a switch's uplinks are used.
type Balance struct {
	Ratio   float64 // utilisation of the busiest over the mean, 1 when even
	Busiest int     // index of the busiest
	Idle    int     // index of the least used if it carries next to nothing, of mice neither, else -1
	Mean    float64 // utilisation, 0 to 1
	Cause   Cause
}

// Bounds of imbalance. Below a utilisation that matters nothing is out of balance.
const (
	unevenRatio = 1.5
	evenRatio   = 1.25
	idlePart    = 0.1
	leastBusy   = 0.6
)

// Compare tells how evenly uplinks are used, and why not. It takes those whose
// speed is known; of less than two there is nothing to tell.
func Compare(uplinks []Uplink) Balance {
	b := Balance{Ratio: 1, Idle: -1}
	b.Ratio, b.Mean, b.Busiest = spread(uplinks, func(u *Uplink) float64 { return u.Bits })
	if len(uplinks) < 2 || b.Ratio < unevenRatio || b.Ratio*b.Mean < leastBusy {
		return b
	}
	mice := func(u *Uplink) float64 { return max(u.Bits-u.Elephants, 0) }
	rest, mean, _ := spread(uplinks, mice)
	least := idlePart * mean // of many flows some take every next hop
	for i := range uplinks {
		if u := mice(&uplinks[i]) / uplinks[i].Speed; u < least && uplinks[i].Bits < idlePart*b.Mean*uplinks[i].Speed {
			b.Idle, least = i, u
		}
	}
	switch {
	case uplinks[b.Busiest].Count > 0 && rest < evenRatio:
		b.Cause = Elephantine
	case b.Idle >= 0:
		b.Cause = IdleUplink
	case uplinks[b.Busiest].Count > 0 && (rest-1)*mean < (b.Ratio-1)*b.Mean/2: // elephants are the better half of it
		b.Cause = Elephantine
	default:
		b.Cause = Polarised
	}
	return b
}

// spread gives the utilisation of the busiest over the mean.
func spread(uplinks []Uplink, bits func(*Uplink) float64) (ratio, mean float64, busiest int) {
	most := 0.0
	for i := range uplinks {
		u := bits(&uplinks[i]) / uplinks[i].Speed
		mean += u / float64(len(uplinks))
		if u > most {
			most, busiest = u, i
		}
	}
	if mean <= 0 {
		return 1, 0, 0
	}
	return most / mean, mean, busiest
}
