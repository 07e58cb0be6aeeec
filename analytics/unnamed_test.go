package analytics

import (
	"testing"

	"spoor/flow"
)

// TestSidesGuessed: a sample whose data source is no port, or not the one it names,
// was taken on the side on which others sample.
func TestSidesGuessed(t *testing.T) {
	var o sides
	s := flow.Sample{Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 3}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 4}}
	if !o.guess(&s) || s.Direction != flow.DirectionUnknown {
		t.Errorf("nobody tells: %v", s.Direction)
	}
	for range sidesEnough {
		o.see(flow.Egress)
	}
	if !o.guess(&s) || s.Direction != flow.Egress {
		t.Errorf("all sample on egress: %v", s.Direction)
	}
	o.see(flow.Ingress)
	s.Direction = flow.DirectionUnknown
	if o.guess(&s) || s.Direction != flow.DirectionUnknown {
		t.Errorf("on both sides: %v", s.Direction)
	}
}
