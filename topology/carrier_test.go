package topology

import (
	"testing"
	"time"
)

// TestCarrier: no path is inferred over a link that one end says is down, and who
// lived behind such a port is gone; what was sampled before does not bring it back, what enters later does.
func TestCarrier(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	home := func() []SwitchID { return f.Snapshot().Edges(addr("10.1.0.1")) }
	joined := func() bool { return f.Snapshot().Adjacent(f.id(1), f.id(51)) }
	sent := func() { f.sent("10.1.0.1", mac(0, 1), 1, 1) }
	sent()
	f.tick(time.Second)
	if !joined() || len(home()) != 1 {
		t.Fatalf("at first: joined %v, host at %v", joined(), home())
	}
	f.Inform(&PortInfo{Agent: agent(51), IfIndex: 1, Down: true})
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 1, Down: true})
	f.tick(time.Second)
	if joined() || len(home()) != 0 {
		t.Errorf("down: joined %v, host at %v", joined(), home())
	}
	if f.Snapshot().Peer(f.id(1), 49) != f.id(51) {
		t.Error("what was seen to take the link went elsewhere")
	}
	sent() // held back
	if f.tick(0); len(home()) != 0 {
		t.Errorf("a frame of before: host at %v", home())
	}
	f.tick(3 * time.Second)
	sent()
	f.Inform(&PortInfo{Agent: agent(51), IfIndex: 1, Up: true})
	if f.tick(time.Second); !joined() || len(home()) != 1 {
		t.Errorf("up again: joined %v, host at %v", joined(), home())
	}
}
