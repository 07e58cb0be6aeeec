package analytics

import "spoor/flow"

// busyPort names a port whose traffic is to be told.
type busyPort struct {
	agent   *agentMemo
	ifIndex uint32
}

// load counts what a sample stands for as traffic of the ports that it names: of
// the one at which it was taken, and of the other where nobody samples that itself.
func (f *Feed) load(m *agentMemo, in, out *portMemo, s *flow.Sample) {
	bits := 8 * float32(s.FrameLength) * float32(s.Rate())
	egress := s.Direction == flow.Egress
	if in != nil && (!egress || in.rates[0] == 0) {
		f.carry(m, in, 0, bits)
	}
	if out != nil && (egress || out.rates[1] == 0) {
		f.carry(m, out, 1, bits)
	}
}

// carry counts bits in a direction (0 ingress, 1 egress) of a port.
func (f *Feed) carry(m *agentMemo, p *portMemo, d int, bits float32) {
	p.bits[d] += bits
	if p.frames[d] < 1<<16-1 {
		p.frames[d]++
	}
	if !p.told {
		p.told = true
		f.busy = append(f.busy, busyPort{m, p.ifIndex})
	}
}

// loadsEvery is how often a feed tells what its ports carried.
const loadsEvery = int64(2e8)

// tellLoads moves what the ports carried to where the engine drains it.
func (f *Feed) tellLoads() {
	f.loadsTold = f.heard
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.busy {
		p := f.find(b.agent, b.ifIndex)
		for d, way := range [2]flow.Direction{flow.Ingress, flow.Egress} {
			if p.frames[d] > 0 && len(f.loads) < maxPending {
				f.loads = append(f.loads, portLoad{portKey{Switch: b.agent.id, IfIndex: b.ifIndex}, way, f.heard, float64(p.bits[d]), uint32(p.frames[d])})
			}
		}
		p.bits, p.frames, p.told = [2]float32{}, [2]uint16{}, false
	}
	f.busy = f.busy[:0]
}

// portLoad is what a port carried in one direction, as samples say.
type portLoad struct {
	port   portKey
	way    flow.Direction
	at     int64
	bits   float64
	frames uint32
}
