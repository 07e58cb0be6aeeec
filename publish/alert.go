package publish

import "spoor/flow"

// AppendAlert appends an alert as it is published: a message of the topic alerts.
func AppendAlert(dst []byte, a *flow.Alert, collector, url string) []byte {
	w := jsonWriter{}
	w.alert(a, collector, url)
	return append(dst, w.b...)
}

// alert writes a message of the topic alerts.
func (w *jsonWriter) alert(a *flow.Alert, collector, url string) {
	fingerprint := a.Fingerprint()
	w.begin(collector)
	w.id("fingerprint", fingerprint)
	w.text("state", a.State.String())
	w.text("severity", a.Severity.String())
	w.text("incident", a.Incident)
	w.name("flows")
	w.open('[')
	for _, id := range a.Flows {
		w.comma()
		w.quote(flow.FormatID(id))
	}
	w.close(']')
	w.time("time", a.Time)
	w.labels("labels", a.Labels)
	w.labels("annotations", a.Annotations)
	w.time("startsAt", a.Starts)
	w.time("endsAt", a.Ends)
	if url != "" {
		url += a.Page
	}
	w.text("generatorURL", url)
	w.close('}')
}

func (w *jsonWriter) labels(name string, list []flow.Label) {
	w.name(name)
	w.open('{')
	for _, l := range list {
		w.name(l.Name)
		w.quote(l.Value)
	}
	w.close('}')
}
