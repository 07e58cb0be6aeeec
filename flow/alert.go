package flow

import (
	"cmp"
	"slices"
)

// AlertState is a step in an alert's life.
type AlertState uint8

// Steps.
const (
	AlertRaised AlertState = iota
	AlertActive
	AlertResolved
)

// String gives the name used in JSON.
func (s AlertState) String() string { return [...]string{"raised", "active", "resolved"}[s] }

// Alert is one message of what somebody should act on, in the shape of
// Alertmanager's API v2 (docs/interfaces.md, section 1).
type Alert struct {
	Time        int64
	State       AlertState
	Severity    Severity
	Labels      []Label // its identity, by name
	Annotations []Label
	Starts      int64
	Ends        int64    // in the future while it lasts
	Incident    string   // the group that it belongs to, "" if it stands alone
	Flows       []uint64 // ids of the elephants behind it
	Page        string   // path of its page below the external URL
}

// Label is a label or an annotation.
type Label struct{ Name, Value string }

// Fingerprint sorts the labels and gives the hash by which Alertmanager knows
// the alert: FNV-1a over names and values (prometheus/common, LabelSet.Fingerprint).
func (a *Alert) Fingerprint() uint64 {
	slices.SortFunc(a.Labels, func(x, y Label) int { return cmp.Compare(x.Name, y.Name) })
	h := uint64(14695981039346656037)
	mix := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 255) * 1099511628211
	}
	for _, l := range a.Labels {
		mix(l.Name)
		mix(l.Value)
	}
	return h
}
