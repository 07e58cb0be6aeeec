package watch_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/analytics/watch"
	"spoor/flow"
)

// crowd is flows that each sweep meets, each 10 s.
type crowd struct {
	flows    int
	senders  int     // hosts that they are spread over
	part     float64 // of each: 1 makes an elephant
	rate     float64 // of each, bit/s
	sample   float64
	src, dst byte // 10.1.1.src, the first of the senders, and 10.2.1.dst
}

func (c *crowd) members() (list []watch.Member) {
	for i := range c.flows {
		list = append(list, watch.Member{
			Key: flow.Key{
				Src: flow.AddrFrom4([4]byte{10, 1, 1, c.src + byte(i%max(c.senders, 1))}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, c.dst}),
				SrcPort: uint16(1000 + i), DstPort: 80, Proto: 6,
			},
			Rate: c.rate, Part: c.part, Sample: c.sample,
		})
	}
	return list
}

// sweeps lets so many sweeps meet the crowds, while the port of the receiver sends so many Mbit/s.
func (b *bench) sweeps(n int, mbit uint64, crowds ...*crowd) {
	second := 0
	b.run(10*n, func() {
		b.port(2, 1).Out.Octets += mbit * 1e6 / 8
		if second++; second%10 != 0 {
			return
		}
		for _, c := range crowds {
			b.w.Members(c.members())
		}
		b.w.Swept()
	})
}

// TestHerdBounds: three flows and more whose parts make one elephant are a herd; seven tenths of that keep it
// up, and flows of less than a hundredth are not counted among them.
func TestHerdBounds(t *testing.T) {
	const pair = "raised info FlowHerd: a herd: "
	for name, tc := range map[string]struct {
		crowds []*crowd
		want   []string
	}{
		"four of a quarter":                {[]*crowd{{flows: 4, part: 0.25, rate: 10e6, src: 1, dst: 1}}, []string{pair + "4 flows from 10.1.1.1 to 10.2.1.1 take 40 Mbit/s together; none of them alone is an elephant"}},
		"three of a third":                 {[]*crowd{{flows: 3, part: 0.34, rate: 10e6, src: 1, dst: 1}}, []string{pair + "3 flows "}},
		"two of a half":                    {[]*crowd{{flows: 2, part: 0.6, rate: 10e6, src: 1, dst: 1}}, nil},
		"four that make less than one":     {[]*crowd{{flows: 4, part: 0.24, rate: 10e6, src: 1, dst: 1}}, nil},
		"many too small to count":          {[]*crowd{{flows: 200, part: 0.009, rate: 1e5, src: 1, dst: 1}}, nil},
		"three beside many small ones":     {[]*crowd{{flows: 3, part: 0.2, rate: 10e6, src: 1, dst: 1}, {flows: 50, part: 0.009, rate: 1e5, src: 1, dst: 1}}, []string{pair + "3 flows from 10.1.1.1 to 10.2.1.1 take 35 Mbit/s together"}},
		"too few samples to tell":          {[]*crowd{{flows: 4, part: 0.25, sample: 0.3, src: 1, dst: 1}}, nil}, // chance may make 1.0 of that
		"samples enough":                   {[]*crowd{{flows: 4, part: 0.3, sample: 0.3, src: 1, dst: 1}}, []string{pair + "4 flows "}},
		"of two pairs, each half an eleph": {[]*crowd{{flows: 4, part: 0.125, src: 1, dst: 1}, {flows: 4, part: 0.125, src: 2, dst: 1}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.sweeps(6, 0, tc.crowds...)
			b.tells(tc.want...)
		})
	}
	t.Run("it keeps up and ends", func(t *testing.T) {
		b := newBench(t)
		c := &crowd{flows: 4, part: 0.3, rate: 10e6, src: 1, dst: 1}
		b.sweeps(6, 0, c)
		b.tells("raised info FlowHerd")
		if b.last.Incident != "pair/10.1.1.1>10.2.1.1" || len(b.last.Flows) != 4 {
			t.Errorf("%+v", b.last)
		}
		c.part = 0.18 // 0.72
		b.sweeps(12, 0, c)
		b.tells()
		c.part = 0.17 // 0.68
		b.sweeps(12, 0, c)
		b.tells("resolved info FlowHerd")
	})
	t.Run("sweeps stop", func(t *testing.T) {
		b := newBench(t)
		b.sweeps(6, 0, &crowd{flows: 4, part: 0.3, src: 1, dst: 1})
		b.told = nil
		b.run(54, nil) // 25 s, and 30 until it is resolved
		b.tells()
		b.run(4, nil)
		b.tells("resolved info FlowHerd")
	})
}

// TestHerdTakesTheMean: half of the error by chance of one sweep, so that one sweep alone raises nothing for long.
func TestHerdTakesTheMean(t *testing.T) {
	b := newBench(t)
	c := &crowd{flows: 4, part: 0.2, rate: 10e6, src: 1, dst: 1} // 0.8: known, and told of to nobody
	b.sweeps(6, 0, c)
	c.part, c.rate = 0.31, 30e6 // 1.24 and 0.8: 1.02
	b.sweeps(2, 0, c)
	b.tells("raised info FlowHerd: a herd: 4 flows from 10.1.1.1 to 10.2.1.1 take 100 Mbit/s together")
}

// TestHerdListsItsLargest: of many flows the thirty-two largest are named.
func TestHerdListsItsLargest(t *testing.T) {
	b := newBench(t)
	small, large := &crowd{flows: 60, part: 0.02, rate: 1e6, src: 1, dst: 1}, &crowd{flows: 3, part: 0.2, rate: 20e6, src: 1, dst: 1}
	b.sweeps(6, 0, small, large)
	b.tells("raised info FlowHerd: a herd: 63 flows from 10.1.1.1 to 10.2.1.1 take 120 Mbit/s together")
	if len(b.last.Flows) != 32 {
		t.Errorf("%d flows are named", len(b.last.Flows))
	}
	for _, m := range large.members() {
		if i := slices.Index(b.last.Flows, m.Key.ID()); i < 0 || i > 5 { // beside their namesakes of the small ones
			t.Errorf("a large one is number %d", i)
		}
	}
}

// TestHerdAtItsLinks: a herd on a link that is full or discards is a warning, and one whose packets are
// discarded is critical. Where its hosts live is known, so is the slower link's share.
func TestHerdAtItsLinks(t *testing.T) {
	c := &crowd{flows: 4, part: 0.3, rate: 40e6, src: 1, dst: 9}
	t.Run("room enough", func(t *testing.T) {
		b := newBench(t)
		b.settle()
		b.sweeps(7, 690, c)
		b.tells("raised info FlowHerd: a herd: 4 flows from 10.1.1.1 to 10.2.1.9 take 160 Mbit/s together, 16% of leaf2:p1; none of them alone is an elephant")
	})
	t.Run("full", func(t *testing.T) {
		b := newBench(t)
		b.settle()
		b.sweeps(7, 710, c)
		b.tells("raised warning FlowHerd: a herd: 4 flows from 10.1.1.1 to 10.2.1.9 take 160 Mbit/s together, 16% of leaf2:p1; none of them alone is an elephant; leaf2:p1 is 71% full")
	})
	t.Run("it discards", func(t *testing.T) {
		b := newBench(t)
		b.settle()
		b.sweeps(3, 500, c)
		b.port(2, 1).Out.Discards += 10
		b.port(2, 1).In.Discards += 10 // nobody's of these
		b.sweeps(1, 500, c)
		if s := strings.Join(b.told, "\n"); !strings.Contains(s, "raised warning FlowHerd: a herd: 4 flows from 10.1.1.1 to 10.2.1.9 take 160 Mbit/s together, 16% of leaf2:p1; none of them alone is an elephant; leaf2:p1 is 50% full and discards 1 packets a second") {
			t.Errorf("told %s", s)
		}
	})
	t.Run("its packets are discarded", func(t *testing.T) {
		b := newBench(t)
		id := c.members()[2].Key
		b.w.Dropped(&watch.Drop{Agent: agentAddr(1), Port: 49, Flow: id.ID(), Key: id, Reason: "red", At: b.now})
		b.sweeps(5, 0, c)
		b.tells("raised critical FlowHerd: a herd: 4 flows from 10.1.1.1 to 10.2.1.9 take 160 Mbit/s together; none of them alone is an elephant; packets of these flows are discarded")
		b = newBench(t)
		b.w.Dropped(&watch.Drop{Agent: agentAddr(1), Port: 49, Flow: 99, Reason: "red", At: b.now})
		b.sweeps(5, 0, c)
		b.tells("raised info FlowHerd")
	})
}

// TestIncastBounds: an incast is of three senders and more, takes half of what its receiver gets, and fills or
// overflows its link; then the pairs in it are told of with it. Else each is its own herd.
func TestIncastBounds(t *testing.T) {
	const incast = "FlowHerd: an incast: "
	for name, tc := range map[string]struct {
		senders  int
		rate     float64
		mbit     uint64
		discards uint32
		want     []string
	}{
		"it fills the link":        {6, 20e6, 720, 0, []string{"raised info " + incast + "36 flows of 6 senders to 10.2.1.9 take 720 Mbit/s together; leaf2:p1 is 72% full"}},
		"it overfills it":          {6, 25e6, 910, 0, []string{"raised warning " + incast + "36 flows of 6 senders to 10.2.1.9 take 900 Mbit/s together; leaf2:p1 is 91% full"}},
		"room enough":              {6, 19e6, 690, 0, nil},
		"less than half of it":     {6, 10e6, 730, 0, nil}, // 360
		"half of it":               {6, 10.2e6, 730, 0, []string{"raised info " + incast}},
		"two senders are pairs":    {2, 20e6, 720, 0, []string{"raised warning FlowHerd: a herd: 18 flows from 10.1.1.1", "raised warning FlowHerd: a herd: 18 flows from 10.1.1.2"}},
		"it discards at any load":  {6, 10e6, 500, 1, []string{"raised warning " + incast + "36 flows of 6 senders to 10.2.1.9 take 360 Mbit/s together; leaf2:p1 is 50% full and discards 1 packets a second"}},
		"pairs that are herds too": {3, 25e6, 910, 0, []string{"raised warning " + incast}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.settle()
			c := &crowd{flows: 36, senders: tc.senders, part: 0.05, rate: tc.rate, src: 1, dst: 9}
			if tc.senders <= 3 {
				c.part = 0.1
			}
			b.port(2, 1)
			n := 0
			b.run(20, nil)
			b.run(60, func() {
				p := b.port(2, 1)
				p.Out.Octets += tc.mbit * 1e6 / 8
				p.Out.Discards += tc.discards
				if n++; n%10 == 0 && n > 20 {
					b.w.Members(c.members())
					b.w.Swept()
				}
			})
			var got []string
			for _, s := range b.told {
				if strings.Contains(s, "FlowHerd") {
					got = append(got, s)
				}
			}
			b.told = got
			b.tells(tc.want...)
		})
	}
}

// TestHerdBesideElephants: elephants of the same two hosts are an incident that says what the herd takes beside them,
// and the herd is no alert of its own.
func TestHerdBesideElephants(t *testing.T) {
	b := newBench(t)
	b.tell(b.elephantOf(1, 1, 1, flow.SeverityWarning))
	b.tell(b.elephantOf(2, 1, 1, flow.SeverityWarning))
	b.sweeps(6, 0, &crowd{flows: 4, part: 0.3, rate: 10e6, src: 1, dst: 1})
	b.tells("raised warning ElephantIncident: 2 elephants from 10.1.1.1 to 10.2.1.1 take 400 Mbit/s together")
	again := false
	for _, a := range func() []*flow.Alert { list, _ := b.w.Raised(10); return list }() {
		again = again || strings.Contains(a.Annotations[0].Value, "together, and 4 smaller flows 40 Mbit/s")
	}
	if !again {
		t.Error("the incident does not say what the herd takes")
	}
}
