package publish

import "spoor/flow"

// path writes a message of the topic paths.
func (w *jsonWriter) path(m *flow.Path, collector string) {
	w.begin(collector)
	w.flow(&m.Key, m.ID, &m.Attributes)
	w.time("time", m.Time)
	w.uint("revision", uint64(m.Revision))
	w.text("cause", m.Cause.String())
	w.bare(m)
	w.texts("previous", m.Previous)
	w.otherwise(m)
	w.time("first_seen", m.FirstSeen)
	w.time("last_seen", m.LastSeen)
	w.uint("samples", m.Samples)
	w.uint("bytes", m.Bytes)
	w.close('}')
}

// bare writes where a flow goes.
func (w *jsonWriter) bare(m *flow.Path) {
	w.text("state", m.State.String())
	w.switches(m.Hops)
	w.hops(m.Hops)
}

// otherwise writes where else it goes, and what is not known of its way.
func (w *jsonWriter) otherwise(m *flow.Path) {
	w.alternatives(m.Alternatives)
	if m.UnknownAt != nil {
		w.port("unknown_at", m.UnknownAt)
	} else {
		w.null("unknown_at")
	}
}

// AppendBarePath appends a path without the flow that takes it: state, switches, hops,
// alternatives and unknown_at, as messages of the topic paths have them.
func AppendBarePath(b []byte, m *flow.Path) []byte {
	w := jsonWriter{b: append(b, '{')}
	w.bare(m)
	w.otherwise(m)
	w.close('}')
	return w.b
}

func (w *jsonWriter) alternatives(list []flow.PathAlternative) {
	if len(list) == 0 {
		w.null("alternatives")
		return
	}
	w.name("alternatives")
	w.open('[')
	for i := range list {
		w.open('{')
		w.texts("switches", list[i].Switches)
		w.number("share", list[i].Share, 4)
		w.close('}')
	}
	w.close(']')
}
