package flow_test

import (
	"testing"

	"spoor/flow"
)

// TestFingerprint compares with values of Prometheus' model.LabelSet.Fingerprint.
func TestFingerprint(t *testing.T) {
	for want, labels := range map[uint64][]flow.Label{
		14695981039346656037: nil,                                                           // the offset of FNV-1a
		5799056148416392346:  {{"name", "garland, briggs"}, {"fear", "love is not enough"}}, // an example of theirs
	} {
		a := flow.Alert{Labels: labels}
		if got := a.Fingerprint(); got != want {
			t.Errorf("%v: %#x, want %#x", labels, got, want)
		}
	}
	x := flow.Alert{Labels: []flow.Label{{"a", "1"}, {"b", "2"}}}
	y := flow.Alert{Labels: []flow.Label{{"b", "2"}, {"a", "1"}}}
	if x.Fingerprint() != y.Fingerprint() {
		t.Error("the order of labels matters")
	}
}
