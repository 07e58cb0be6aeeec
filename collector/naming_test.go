package collector

import (
	"testing"

	"spoor/flow"
)

// TestNamed: how samples name ports is counted by kind; ports as they should be, and what says
// nothing of how ports are named, are not.
func TestNamed(t *testing.T) {
	a := agents(t, nil)
	port := func(n uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceIndex, Value: n} }
	of := func(k flow.InterfaceKind, v uint32) flow.Interface { return flow.Interface{Kind: k, Value: v} }
	none := flow.Interface{}
	for i, test := range []struct {
		name    string
		in, out flow.Interface
		want    PortNames
	}{
		{"two ports", port(1), port(2), PortNames{}},
		{"neither", none, none, PortNames{Neither: 1}},
		{"the same", port(3), port(3), PortNames{Same: 1}},
		{"no output", port(3), none, PortNames{NoOut: 1}},
		{"the device itself", port(3), of(flow.InterfaceInternal, 0), PortNames{NoOut: 1}},
		{"several", port(3), of(flow.InterfaceMultiple, 2), PortNames{NoOut: 1}},
		{"discarded for an unknown reason", port(3), of(flow.InterfaceDiscarded, 256), PortNames{NoOut: 1}},
		{"discarded by an ACL", port(3), of(flow.InterfaceDiscarded, 258), PortNames{}},
		{"no input: a host's own", none, port(3), PortNames{}},
		{"from the device itself", of(flow.InterfaceInternal, 0), port(3), PortNames{}},
		{"within the device", of(flow.InterfaceInternal, 0), of(flow.InterfaceInternal, 0), PortNames{}},
	} {
		for _, hold := range []bool{false, true} {
			before := named(a)
			acc := a.Account(agent1, 0, uint32(2*i+len(test.name)), uint32(i), uint32(i), int64(i+1)*1e9, peer1)
			if hold {
				acc.Hold()
			}
			acc.CountNamed(test.in, test.out)
			acc.Release()
			got := named(a)
			got.Neither, got.NoOut, got.Same = got.Neither-before.Neither, got.NoOut-before.NoOut, got.Same-before.Same
			if got != test.want {
				t.Errorf("%s, held %v: %+v, want %+v", test.name, hold, got, test.want)
			}
		}
	}
	(&Accounting{}).CountNamed(none, none) // of an agent that is not tracked: nothing to count it in
}

// named gives the counts of the only agent, none before it was heard.
func named(a *Agents) PortNames {
	if list := a.Snapshot(); len(list) == 1 {
		return list[0].Names
	}
	return PortNames{}
}

// TestOddSources: data sources of samples that are none of those of counters, and ports sampled as 0.
func TestOddSources(t *testing.T) {
	sampled := func(i uint32) DataSource { return DataSource{Index: i, Sampled: true} }
	polled := func(i uint32) DataSource { return DataSource{Index: i, Polled: true} }
	both := func(i uint32) DataSource { return DataSource{Index: i, Sampled: true, Polled: true} }
	for _, test := range []struct {
		name         string
		list         []DataSource
		zero, others bool
	}{
		{"none", nil, false, false},
		{"as it should be", []DataSource{both(1), both(2)}, false, false},
		{"a port that has no traffic", []DataSource{both(1), polled(2), polled(3)}, false, false},
		{"a port that was not polled yet", []DataSource{both(1), sampled(2), sampled(3)}, false, false},
		{"all of it is 0", []DataSource{sampled(0), polled(1), polled(2)}, true, false},
		{"one of them is 0", []DataSource{both(1), both(2), sampled(0)}, false, false},
		{"other numbers", []DataSource{sampled(101), sampled(102), polled(1), polled(2)}, false, true},
		{"one bridge, and its ports", []DataSource{sampled(1000), polled(1), polled(2)}, false, false},
		{"one port is polled", []DataSource{sampled(101), sampled(102), polled(1)}, false, false},
		{"no counters at all", []DataSource{sampled(1), sampled(2)}, false, false},
		{"not of ports", []DataSource{{Class: 2, Index: 0, Sampled: true}, {Class: 2, Index: 1, Sampled: true}, polled(1), polled(2)}, false, false},
	} {
		if zero, others := oddSources(test.list); zero != test.zero || others != test.others {
			t.Errorf("%s: 0 %v, others %v; want %v, %v", test.name, zero, others, test.zero, test.others)
		}
	}
}

// TestMisnames: what is said of an agent, the gravest first, once most of enough samples are so.
func TestMisnames(t *testing.T) {
	odd := []DataSource{{Index: 101, Sampled: true}, {Index: 102, Sampled: true}, {Index: 1, Polled: true}, {Index: 2, Polled: true}}
	zero := []DataSource{{Index: 0, Sampled: true}}
	for _, test := range []struct {
		samples uint64
		names   PortNames
		list    []DataSource
		want    string
	}{
		{1000, PortNames{}, nil, ""},
		{1000, PortNames{Neither: 501}, nil, "input and output are 0 (unknown)"},
		{1000, PortNames{Neither: 500}, nil, ""},
		{999, PortNames{Neither: 999}, odd, ""},
		{1000, PortNames{Same: 501}, odd, "input and output are the same port"},
		{1000, PortNames{NoOut: 501}, zero, "the output is no port (the device itself, several ports, or discarded)"},
		{1000, PortNames{Neither: 100, Same: 100, NoOut: 400}, nil, ""}, // some samples are so
		{1000, PortNames{}, zero, "the data source is 0"},
		{1000, PortNames{}, odd, "ports have other numbers than in counters"},
	} {
		a := Agent{Flows: SampleLoss{Samples: test.samples}, Names: test.names}
		if got := a.Misnames(test.list); got != test.want {
			t.Errorf("%d samples, %+v, %d data sources: %q, want %q", test.samples, test.names, len(test.list), got, test.want)
		}
	}
}

func TestNamedAllocatesNothing(t *testing.T) {
	a := agents(t, nil)
	acc := a.Account(agent1, 0, 1, 1, 1, 1e9, peer1)
	if n := testing.AllocsPerRun(1000, func() { acc.CountNamed(flow.Interface{}, flow.Interface{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkNamed(b *testing.B) {
	port := func(n uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceIndex, Value: n} }
	for name, ports := range map[string][2]flow.Interface{"two ports": {port(1), port(2)}, "neither": {}} {
		b.Run(name, func(b *testing.B) {
			a := agents(b, nil)
			acc := a.Account(agent1, 0, 1, 1, 1, 1e9, peer1)
			acc.Hold()
			defer acc.Release()
			b.ReportAllocs()
			for b.Loop() {
				acc.CountNamed(ports[0], ports[1])
			}
		})
	}
}

func BenchmarkOddSources(b *testing.B) {
	list := make([]DataSource, 64)
	for i := range list {
		list[i] = DataSource{Index: uint32(i), Sampled: true, Polled: true}
	}
	b.ReportAllocs()
	for b.Loop() {
		if zero, others := oddSources(list); zero || others {
			b.Fatal("odd")
		}
	}
}
