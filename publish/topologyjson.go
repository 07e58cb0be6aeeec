package publish

import (
	"spoor/flow"
	"spoor/topology"
)

// topology writes a message of the topic topology. Only links have a member
// "link", only hosts "host", only silent switches "switch".
func (w *jsonWriter) topology(m *topology.Record, collector string) {
	w.begin(collector)
	w.text("id", m.ID)
	switch m.Kind {
	case topology.LinkRecord:
		w.text("link", m.Link)
		w.port("a", &m.A)
		w.port("b", &m.B)
		w.text("a_alias", m.AliasA)
		w.text("b_alias", m.AliasB)
		w.positive("speed_bps", m.Speed, 0)
		w.bool("speed_inferred", m.SpeedInferred)
	case topology.HostRecord:
		w.addr("host", m.Host)
		w.mac(m.MAC)
		w.ports(m.Ports)
		w.vni(m.VNI)
	case topology.SwitchRecord:
		w.text("switch", m.Switch)
	}
	w.text("source", m.Source.String())
	w.text("state", m.State.String())
	w.time("since", m.Since)
	w.time("seen", m.Seen)
	w.time("time", m.Time)
	w.close('}')
}

func (w *jsonWriter) ports(list []flow.Port) {
	w.name("ports")
	w.open('[')
	for i := range list {
		w.portObject(&list[i])
	}
	w.close(']')
}

func (w *jsonWriter) vni(v uint32) {
	if v == 0 {
		w.null("vni")
		return
	}
	w.uint("vni", uint64(v))
}

func (w *jsonWriter) mac(mac uint64) {
	if mac == 0 {
		w.null("mac")
		return
	}
	w.name("mac")
	w.b = append(w.b, '"')
	for i := 40; i >= 0; i -= 8 {
		o := byte(mac >> i)
		w.b = append(w.b, hexDigits[o>>4], hexDigits[o&15])
		if i > 0 {
			w.b = append(w.b, ':')
		}
	}
	w.b = append(w.b, '"')
}
