package fabric

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestImpossibleConfigs(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Config){
		"spines is 33":               func(c *Config) { c.Spines = 33 },
		"leaves is 0":                func(c *Config) { c.Leaves = 0 },
		"leaves is 513":              func(c *Config) { c.Leaves = 513 },
		"hosts per leaf is 65":       func(c *Config) { c.Hosts = 65 },
		"leaves in all pods is 8192": func(c *Config) { c.Pods, c.Leaves = 512, 16 },
		"super-spines per plane":     func(c *Config) { c.Pods, c.SuperSpines = 2, 0 },
		"one host":                   func(c *Config) { c.Leaves, c.Hosts = 1, 1 },
		"a link of 10 bit/s":         func(c *Config) { c.HostSpeed = 10 },
		"3 is odd":                   func(c *Config) { c.Leaves, c.DualHomed = 3, 1 },
		"no initial TTL":             func(c *Config) { c.HostTTL = nil },
		"initial TTL 2":              func(c *Config) { c.HostTTL = []byte{2} },
		"flows is 0":                 func(c *Config) { c.Flows = 0 },
		"3 elephants among 2 flows":  func(c *Config) { c.Flows = 2 },
		"takes 1.5 of a link":        func(c *Config) { c.Elephants[0].Share = 1.5 },
		"no two hosts": func(c *Config) {
			c.Leaves, c.Hosts, c.Elephants = 2, 1, []Elephant{{Share: 0.6}, {Share: 0.6}, {Share: 0.6}}
		},
		"is 4 flows that take 0.3": func(c *Config) { c.Elephants[0].Flows = 4 },
		"is -1 flows":              func(c *Config) { c.Elephants[0].Flows = -1 },
		"9 elephants among 8 flows": func(c *Config) {
			c.Flows, c.Elephants = 8, []Elephant{{Share: 0.05, Flows: 8}, {Share: 0.1}}
		},
		"negative time":              func(c *Config) { c.Elephants[1].Start = -1 },
		"comes again every 1s":       func(c *Config) { c.Elephants[1].Every = time.Second },
		"loss is -1":                 func(c *Config) { c.Loss = -1 },
		"a mouse of 0":               func(c *Config) { c.Mouse = 0 },
		"cannot be negative":         func(c *Config) { c.Duration = -1 },
		"header bytes is 32":         func(c *Config) { c.HeaderBytes = 32 },
		"silent leaves is 5":         func(c *Config) { c.SilentLeaves = 5 },
		"every switch is silent":     func(c *Config) { c.SilentLeaves, c.SilentSpines = 4, 2 },
		"sampling rate 16777216":     func(c *Config) { c.SamplingRate = 1 << 24 },
		"polling every 1ms":          func(c *Config) { c.Polling = time.Millisecond },
		"unknown sampling":           func(c *Config) { c.Direction = 7 },
		"no such spine":              func(c *Config) { c.Events = []Event{{Kind: EventDrain, Target: "leaf1"}} },
		"no such switch with":        func(c *Config) { c.Events = []Event{{Kind: EventRestart, Target: "leaf9"}} },
		"rate leaf9":                 func(c *Config) { c.Events = []Event{{Kind: EventRate, Target: "leaf9", Value: 2}} },
		"no such host or leaf":       func(c *Config) { c.Events = []Event{{Kind: EventHostMove, Target: "h1-1", To: "spine1"}} },
		"no such link":               func(c *Config) { c.Events = []Event{{Kind: EventGrey, Target: "leaf1", To: "leaf2", Value: 0.1}} },
		"of 1.5 of the frames":       func(c *Config) { c.Events = []Event{{Kind: EventErrors, Target: "leaf1", To: "spine1", Value: 1.5}} },
		"weight 0":                   func(c *Config) { c.Weights = []float64{1, 0} },
		"without a limit":            func(c *Config) { c.BackOff = true },
		"sample limit is -1":         func(c *Config) { c.SampleLimit = -1 },
		"borders is 5":               func(c *Config) { c.Borders = 5 },
		"outside is 0.1 of the mice": func(c *Config) { c.Outside = 0.1 },
		"routing hosts is 2":         func(c *Config) { c.Routing = 2 },
		"unknown shared MAC":         func(c *Config) { c.SharedMACs = []SharedMAC{9} },
		"move of 2":                  func(c *Config) { c.Events = []Event{{Kind: EventMove, Value: 2}} },
		"before the start":           func(c *Config) { c.Events = []Event{{Kind: EventDrain, Target: "spine1", At: -1}} },
		"MTU is 100":                 func(c *Config) { c.MTU = 100 },
		"flood is -1":                func(c *Config) { c.Flood = -1 },
		"takes both or none":         func(c *Config) { c.Elephants[0].On = time.Second },
		"one-way traffic":            func(c *Config) { c.OneWay, c.Hosts = true, 1 },
		"0 bursts of 9 bytes":        func(c *Config) { c.Bursts = []Burst{{Bytes: 9, Every: time.Second}} },
		"a host's link carries":      func(c *Config) { c.Bursts = []Burst{{Bytes: 2e9, Every: time.Second, Count: 1}} },
		"103 elephants and burs":     func(c *Config) { c.Bursts = []Burst{{Bytes: 9, Every: time.Second, Count: 100}} },
		"unknown kind":               func(c *Config) { c.Events = []Event{{Kind: 99}} },
		"times 0":                    func(c *Config) { c.Events = []Event{{Kind: EventRate}} },
		"hosts cannot move": func(c *Config) {
			c.DualHomed = 1
			c.Events = []Event{{Kind: EventHostMove, Target: "h1-1", To: "leaf3"}}
		},
	} {
		c := DefaultConfig()
		change(&c)
		_, err := New(c)
		switch {
		case err == nil:
			t.Errorf("%s: accepted", want)
		case !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: error %q", want, err)
		}
	}
}

func TestExtremeConfigs(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"one leaf":     func(c *Config) { c.Leaves, c.Spines, c.Hosts = 1, 1, 2 },
		"one flow":     func(c *Config) { c.Flows, c.Elephants = 1, nil },
		"32 x 512":     func(c *Config) { c.Spines, c.Leaves, c.Hosts, c.Duration = 32, 512, 2, time.Second/5 },
		"64 pods":      func(c *Config) { c.Pods, c.Leaves, c.Spines, c.SuperSpines = 64, 8, 2, 2; c.Duration = time.Second / 5 },
		"8 links":      func(c *Config) { c.LAG = 8 },
		"slow":         func(c *Config) { c.HostSpeed, c.FabricSpeed = 1e6, 1e6 },
		"fast":         func(c *Config) { c.SamplingRate, c.HostSpeed, c.FabricSpeed = 0, 400e9, 1600e9 },
		"silent hosts": func(c *Config) { c.SilentLeaves, c.SilentSpines, c.HostAgents = 4, 2, true },
		"many flows":   func(c *Config) { c.Flows, c.Duration = 20_000, time.Second },
		"one in one":   func(c *Config) { c.SamplingRate, c.HostSpeed, c.FabricSpeed = 1, 10e6, 10e6 },
		"all drained": func(c *Config) {
			c.Events = []Event{{Kind: EventDrain, Target: "spine1"}, {Kind: EventDrain, Target: "spine2"}}
		},
		"start is odd":  func(c *Config) { c.Start = 1795308475557137001 },
		"all dual, lag": func(c *Config) { c.DualHomed, c.LAG, c.VXLAN, c.Spray, c.HostAgents = 1, 2, true, true, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := small(nil)
			c.Duration = 2 * time.Second
			change(&c)
			f, all := run(t, c)
			if len(all) == 0 || len(f.Truth().Flows) == 0 {
				t.Errorf("%d datagrams, %d flows", len(all), len(f.Truth().Flows))
			}
			hearAll(t, all)
		})
	}
}

func TestParseEvent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Event{
		"move:0.5@20s":               {At: 20 * time.Second, Kind: EventMove, Value: 0.5},
		"move:elephants@1m":          {At: time.Minute, Kind: EventMove, Target: "elephants", Value: 1},
		"drain:spine1@1.5s":          {At: 1500 * time.Millisecond, Kind: EventDrain, Target: "spine1"},
		"undrain:super2@2s":          {At: 2 * time.Second, Kind: EventUndrain, Target: "super2"},
		"restart:leaf2@3s":           {At: 3 * time.Second, Kind: EventRestart, Target: "leaf2"},
		"rate:leaf1*4@3s":            {At: 3 * time.Second, Kind: EventRate, Target: "leaf1", Value: 4},
		"rate:*0.5@3s":               {At: 3 * time.Second, Kind: EventRate, Value: 0.5},
		"speed:leaf1>spine2*40e9@2s": {At: 2 * time.Second, Kind: EventSpeed, Target: "leaf1", To: "spine2", Value: 40e9},
		"grey:leaf1>spine2*0.005@2s": {At: 2 * time.Second, Kind: EventGrey, Target: "leaf1", To: "spine2", Value: 0.005},
		"errors:spine2>leaf1*0@2s":   {At: 2 * time.Second, Kind: EventErrors, Target: "spine2", To: "leaf1"},
		"hostmove:h1-1>leaf3@200ms":  {At: 200 * time.Millisecond, Kind: EventHostMove, Target: "h1-1", To: "leaf3"},
	} {
		got, err := ParseEvent(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
	for _, text := range []string{"", "drain", "drain:spine1", "drain:spine1@soon", "explode:leaf1@2s", "move:@2s", "move:half@2s", "rate:leaf1@2s", "grey:leaf1>spine1@2s", "grey:leaf1>spine1*x@2s"} {
		if _, err := ParseEvent(text); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "event") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
