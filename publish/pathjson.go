package publish

import "spoor/flow"

// path writes a message of the topic paths.
func (w *jsonWriter) path(m *flow.Path, collector string) {
	w.begin(collector)
	w.flow(&m.Key, m.ID, &m.Attributes)
	w.time("time", m.Time)
	w.uint("revision", uint64(m.Revision))
	w.text("cause", m.Reason.String())
	w.text("state", m.State.String())
	w.switches(m.Hops)
	w.hops(m.Hops)
	w.texts("previous", m.Previous)
	w.alternatives(m.Alternatives)
	if m.UnknownAt != nil {
		w.port("unknown_at", m.UnknownAt)
	} else {
		w.null("unknown_at")
	}
	w.time("first_seen", m.FirstSeen)
	w.time("last_seen", m.LastSeen)
	w.uint("samples", m.Samples)
	w.uint("bytes", m.Bytes)
	w.close('}')
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
