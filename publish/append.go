package publish

import (
	"spoor/flow"
	"spoor/topology"
)

// AppendElephant appends a message about an elephant as it is published.
func AppendElephant(dst []byte, m *flow.Elephant, collector string) []byte {
	w := jsonWriter{}
	w.elephant(m, collector)
	return append(dst, w.b...)
}

// AppendPath appends a message about a path as it is published.
func AppendPath(dst []byte, m *flow.Path, collector string) []byte {
	w := jsonWriter{}
	w.path(m, collector)
	return append(dst, w.b...)
}

// AppendTopology appends a message about the fabric as it is published.
func AppendTopology(dst []byte, r *topology.Record, collector string) []byte {
	w := jsonWriter{}
	w.topology(r, collector)
	return append(dst, w.b...)
}
