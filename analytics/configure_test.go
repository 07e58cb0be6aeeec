package analytics_test

import (
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// TestConfigure: new thresholds hold from the next tick on, for flows that are
// known as well; what is wrong changes nothing.
func TestConfigure(t *testing.T) {
	var cfg analytics.Config
	r := newRig(t, func(c *analytics.Config) { cfg = *c })
	configure := func(share float64) error {
		next := cfg
		next.Elephants.Share, next.Flows.Max = share, 1<<20
		return r.e.Configure(next)
	}
	r.run(51, 25e6, 5)
	if len(r.elephants) == 0 || r.elephants[0].Threshold != 0.1 {
		t.Fatalf("25%%, threshold 10%%: %s", states(r.elephants))
	}
	if err := configure(1.5); err == nil {
		t.Error("a share of 150% is taken")
	}
	r.run(51, 25e6, 3)
	if m := r.elephants[len(r.elephants)-1]; m.State == flow.ElephantEnded {
		t.Error("a wrong configuration ended an elephant")
	}
	if err := configure(0.4); err != nil {
		t.Fatal(err)
	}
	r.run(51, 25e6, 20)
	n := len(r.elephants)
	if m := r.elephants[n-1]; m.State != flow.ElephantEnded || m.EndReason != flow.EndBelow {
		t.Fatalf("25%%, threshold 40%%: %s", states(r.elephants))
	}
	if p := r.e.Snapshot().Port(r.e.Snapshot().ID(flow.AddrFrom4([4]byte{10, 255, 0, 51})), 3); p.Share != 0.4 || p.LinkName == "" {
		t.Errorf("port %+v", p)
	}
	if err := configure(0.2); err != nil {
		t.Fatal(err)
	}
	r.run(51, 25e6, 10)
	if len(r.elephants) == n || r.elephants[n].State != flow.ElephantStarted || r.elephants[n].Threshold != 0.2 {
		t.Errorf("25%%, threshold 20%%: %s", states(r.elephants))
	}
}

// TestConfigureAtWork changes the configuration while samples come: for the race detector.
func TestConfigureAtWork(t *testing.T) {
	var cfg analytics.Config
	r := newRig(t, func(c *analytics.Config) { cfg = *c })
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			next := cfg
			next.Elephants.Share, next.Elephants.Preset = 0.1+float64(i%2)/100, [...]string{"fast", "strict"}[i%2]
			if err := r.e.Configure(next); err != nil {
				t.Error(err)
				return
			}
			r.e.Detectability(10)
		}
	}()
	r.run(51, 25e6, 5)
	close(stop)
	<-stopped
	if len(r.elephants) == 0 {
		t.Error("no elephant")
	}
}
