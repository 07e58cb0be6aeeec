package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"spoor/fabric"
	"spoor/internal/config"
	"spoor/topology"
)

// fabricFlags gives the flags that describe a simulated fabric.
func fabricFlags(f *fabric.Config) *config.Set {
	var keys []config.Key
	add := func(name string, v config.Value, help string) {
		keys = append(keys, config.Key{Name: name, Value: v, Help: help})
	}
	add("seed", config.Number(&f.Seed, 0), "One seed gives one run, byte for byte.")
	add("duration", config.Duration(&f.Duration), "How long it runs. 0: until it is stopped.")
	add("start", startTime(&f.Start), "When a capture begins, RFC 3339 (2026-01-01T00:00:00Z). What is sent, is sent now.")
	sizeFlags(f, add)
	trafficFlags(f, add)
	agentFlags(f, add)
	modeFlags(f, add)
	return config.NewSet(keys...)
}

type adder func(name string, v config.Value, help string)

func sizeFlags(f *fabric.Config, add adder) {
	add("spines", config.Number(&f.Spines, 1), "Spines, 1 to 32; with several pods, in each.")
	add("leaves", config.Number(&f.Leaves, 1), "Leaves, 1 to 512; with several pods in each, 8190 in all.")
	add("hosts", config.Number(&f.Hosts, 1), "Hosts on each leaf, 1 to 64.")
	add("pods", config.Number(&f.Pods, 1), "Pods. More than 1 makes a fabric of five stages.")
	add("super-spines", config.Number(&f.SuperSpines, 1), "Super-spines above each spine of a pod, 1 to 32 (five stages).")
	add("lag", config.Number(&f.LAG, 1), "Physical links in each link between switches, 1 to 8. More than 1 is a LAG.")
	add("lag-naming", enum(&f.LAGNaming, map[string]fabric.LAGNaming{"member": fabric.NameMember, "aggregate": fabric.NameAggregate, "mixed": fabric.NameMixed}),
		"Whether samples give the ifIndex of a LAG's member or of the aggregate; mixed: those of every second switch.")
	add("ecmp-weights", config.ListOf(&f.Weights, "weight", parseWeight, func(w float64) string { return strconv.FormatFloat(w, 'g', -1, 64) }),
		"Weights of the leaves' uplinks, dealt to the spines in turn: 3,1. Empty: equal.")
	add("host-speed", speed(&f.HostSpeed), "Speed of a host's link, bit/s: 1G, 25G.")
	add("fabric-speed", speed(&f.FabricSpeed), "Speed of one physical link between switches, bit/s: 10G, 100G.")
	add("switch-mac", config.Bool(&f.SwitchMAC), "One MAC address for all ports of a switch, instead of one each.")
	add("shared-mac", config.ListOf(&f.SharedMACs, "who", parseShared, func(s fabric.SharedMAC) string { return sharedNames[s] }),
		"Who has one router MAC in common: gateway (host ports of all leaves), leaves, spines.")
	add("routing-hosts", share(&f.Routing), "Share of hosts that route for guests, which send with a TTL one lower, some with the host's address.")
	add("borders", config.Number(&f.Borders, 0), "Leaves (the last ones) with a link to the outside.")
	add("host-ttl", config.ListOf(&f.HostTTL, "number", parseTTL, func(t byte) string { return strconv.Itoa(int(t)) }),
		"Initial TTLs of the hosts, dealt in turn: 64,128.")
}

func trafficFlags(f *fabric.Config, add adder) {
	add("flows", config.Number(&f.Flows, 1), "Flows at any time, elephants included, acknowledgements not; up to 1000000.")
	add("elephants", config.ListOf(&f.Elephants, "elephant", parseElephant, formatElephant),
		"Elephants, as SHARE@START+DURATION/PERIOD. In full: share of a link, * how many such flows between the same two hosts (one), @ when it starts, + how long it lasts (to the end), / how often it comes back (once), ~ how long it sends - pauses in turn (always on), :udp (TCP); 30%@3s+30s/1m, 5%*8 or 30%~2s-3s. Empty: none.")
	add("lifetime", config.Duration(&f.Lifetime), "Mean life of a mouse. 0: as long as the run.")
	add("udp", share(&f.UDP), "Share of the mice that are UDP.")
	add("ipv6", share(&f.IPv6), "Share of the mice that are IPv6.")
	add("outside", share(&f.Outside), "Share of the mice to or from addresses outside, over the borders.")
	add("one-way", config.Bool(&f.OneWay), "Every second host only sends, the others only receive, all of it UDP.")
	add("mtu", config.Number(&f.MTU, 0), "Bytes of the largest IP packet, 576 to 9216.")
	add("bursts", config.ListOf(&f.Bursts, "burst", parseBurst, formatBurst),
		"Flows that send some megabytes at once, again and again: bytes, / how often, * how many such flows (1). 10M/4s*5.")
	add("flood", config.Number(&f.Flood, 0), "Samples a second of flows with spoofed addresses, each of a single packet.")
	add("control-plane", config.Number(&f.Control, 0), "Samples a second of frames that switches send to their neighbours: BGP, BFD, OSPF, VRRP, neighbour discovery, pings.")
}

func agentFlags(f *fabric.Config, add adder) {
	add("sampling-rate", config.Number(&f.SamplingRate, 0), "1 packet in N is sampled. 0: ifSpeed/1000000 at each port, 10000 for 10G.")
	add("sample-limit", config.Number(&f.SampleLimit, 0), "Samples a second of an agent; what is more it drops, and says so. 0: no limit.")
	add("back-off", config.Bool(&f.BackOff), "An agent that was over its limit doubles its sampling rates.")
	add("direction", enum(&f.Direction, map[string]fabric.Direction{"ingress": fabric.Ingress, "egress": fabric.Egress, "both": fabric.Both}),
		"The side of its ports on which a switch samples.")
	add("header-bytes", config.Number(&f.HeaderBytes, 1), "Bytes of a sampled packet that a sample holds, 64 to 256.")
	add("polling", config.Duration(&f.Polling), "How often a port's counters are sent.")
	add("expanded", config.Bool(&f.Expanded), "Samples are of the expanded formats (3 and 4).")
	add("ipv6-agents", config.Bool(&f.IPv6Agents), "Agents have IPv6 addresses.")
	add("wrong-ports", config.ListOf(&f.WrongPorts, "kind", fabric.ParseWrongPorts, fabric.WrongPorts.String),
		"Samples misname ports, of all switches or of one (zero:leaf1): zero (input and output 0), same (always one port), internal, discarded or multiple (so says each output), offset (numbered otherwise than in counters), source (data source 0).")
	add("silent-leaves", config.Number(&f.SilentLeaves, 0), "Leaves without an agent.")
	add("silent-spines", config.Number(&f.SilentSpines, 0), "Spines without an agent.")
	add("silent-borders", config.Bool(&f.SilentBorder), "Leaves at the border have no agent.")
	add("host-agents", config.Bool(&f.HostAgents), "Hosts run an agent too, as hsflowd does.")
}

func modeFlags(f *fabric.Config, add adder) {
	add("vxlan", config.Bool(&f.VXLAN), "Leaves tunnel in VXLAN (EVPN, symmetric IRB: the VNI changes on the way).")
	add("dual-homed", share(&f.DualHomed), "Share of hosts on both leaves of a pair (MLAG; with VXLAN the pair shares its VTEP address).")
	add("bond-hash", enum(&f.BondHash, map[string]fabric.BondHash{"flow": fabric.BondByFlow, "mac": fabric.BondByMAC}),
		"By what a host on two leaves chooses its link: flow (addresses and ports), mac (as Linux does unless told otherwise: it sends all by one link, and gets it by either).")
	add("peer-links", config.Bool(&f.PeerLinks), "Peer links between the leaves of a pair carry what only the other leaf can deliver or send up (with VXLAN they always do).")
	add("spray", config.Bool(&f.Spray), "The packets of a flow take all equal paths in turn.")
	add("loss", share(&f.Loss), "Share of datagrams that are lost on the way.")
	add("duplicate", share(&f.Duplicate), "Share of datagrams that arrive twice.")
	add("discards", share(&f.Discards), "Share of an elephant's packets that are dropped for want of buffers; also adds a flow that an ACL drops. Both are reported.")
	add("event", config.ListOf(&f.Events, "event", fabric.ParseEvent, formatEvent),
		"What happens and when, like drain:spine1@20s. All kinds: drain:spine1@20s, undrain:spine1@40s, move:0.5@20s or move:elephants@20s (new ECMP hash), restart:leaf2@20s (of an agent: every ifIndex changes), rate:leaf1*4@20s or rate:*4@20s (of sampling), hostmove:h1-1>leaf3@20s, hold:leaf1@20s (what its agent sends in 10 s arrives at their end), grey:leaf1>spine1*0.005@20s (the link loses frames in that direction, uncounted), errors:leaf1>spine1*0.01@20s (it damages them: counted as errors), linkdown:leaf1>spine1@20s and linkup: (also leaf1>h1-1, leaf1>* for all uplinks, leaf1>spine1/2 for one link of a LAG), speed:leaf1>spine1*40e9@20s (that both ends state), renumber:leaf2@20s (every ifIndex changes, and nothing tells of it).")
}

// startTime is the moment at which a run begins; 0 is the fabric's default.
func startTime(p *int64) config.Value {
	return config.Of(p, "time", func(s string) (int64, error) {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil || t.Unix() <= 0 {
			return 0, fmt.Errorf("%q is no time: write it like 2026-01-01T00:00:00Z", s)
		}
		return t.UnixNano(), nil
	}, func(ns int64) string {
		if ns == 0 {
			return ""
		}
		return time.Unix(0, ns).UTC().Format(time.RFC3339)
	})
}

// share is a part of a whole, 0 and 1 included.
func share(p *float64) config.Value {
	return config.Of(p, "share", parseShare, func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) })
}

func parseShare(s string) (float64, error) {
	number, isPercent := strings.CutSuffix(s, "%")
	x, err := strconv.ParseFloat(number, 64)
	if isPercent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, fmt.Errorf("%q is no share: write it like 0.1 or 10%%", s)
	}
	return x, nil
}

// speed is a rate in bit/s such as 10G.
func speed(p *uint64) config.Value {
	return config.Of(p, "speed", func(s string) (uint64, error) {
		x, err := topology.ParseSpeed("*=" + s)
		if err != nil {
			return 0, fmt.Errorf("%q is no speed: write it like 10G or 2500M", s)
		}
		return uint64(x.Bps), nil
	}, func(n uint64) string {
		for _, u := range []struct {
			suffix string
			factor uint64
		}{{"T", 1e12}, {"G", 1e9}, {"M", 1e6}} {
			if n >= u.factor && n%u.factor == 0 {
				return strconv.FormatUint(n/u.factor, 10) + u.suffix
			}
		}
		return strconv.FormatUint(n, 10)
	})
}

// enum is one of several names.
func enum[T comparable](p *T, values map[string]T) config.Value {
	names := make([]string, 0, len(values))
	text := make(map[T]string, len(values))
	for name, v := range values {
		names = append(names, name)
		text[v] = name
	}
	slices.Sort(names)
	return config.Of(p, strings.Join(names, "|"), func(s string) (T, error) {
		v, ok := values[s]
		if !ok {
			return v, fmt.Errorf("%q is none of %s", s, strings.Join(names, ", "))
		}
		return v, nil
	}, func(v T) string { return text[v] })
}

// sharedNames are the names of those that may share a router MAC.
var sharedNames = [...]string{fabric.SharedGateway: "gateway", fabric.SharedLeaves: "leaves", fabric.SharedSpines: "spines"}

func parseShared(s string) (fabric.SharedMAC, error) {
	if i := slices.Index(sharedNames[:], s); i >= 0 {
		return fabric.SharedMAC(i), nil
	}
	return 0, fmt.Errorf("%q is none of %s", s, strings.Join(sharedNames[:], ", "))
}

func parseWeight(s string) (float64, error) {
	w, err := strconv.ParseFloat(s, 64)
	if err != nil || !(w > 0) {
		return 0, fmt.Errorf("%q is no weight: write it like 3 or 0.5", s)
	}
	return w, nil
}

func parseTTL(s string) (byte, error) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no TTL: 1 to 255", s)
	}
	return byte(n), nil
}

func formatEvent(e fabric.Event) string {
	what := e.Target
	switch e.Kind {
	case fabric.EventMove:
		if what == "" {
			what = strconv.FormatFloat(e.Value, 'g', -1, 64)
		}
	case fabric.EventRate:
		what += "*" + strconv.FormatFloat(e.Value, 'g', -1, 64)
	case fabric.EventHostMove, fabric.EventLinkDown, fabric.EventLinkUp:
		what += ">" + e.To
	case fabric.EventGrey, fabric.EventErrors, fabric.EventSpeed:
		what += ">" + e.To + "*" + strconv.FormatFloat(e.Value, 'g', -1, 64)
	case fabric.EventDrain, fabric.EventUndrain, fabric.EventRestart, fabric.EventHold, fabric.EventRenumber:
	}
	return fmt.Sprintf("%v:%s@%v", e.Kind, what, e.At)
}
