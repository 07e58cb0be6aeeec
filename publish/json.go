package publish

import (
	"math"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"spoor/flow"
)

// jsonWriter appends JSON with members in the order in which they are written.
// Unknown values are null, as docs/interfaces.md wants them.
type jsonWriter struct{ b []byte }

// name begins a member.
func (w *jsonWriter) name(s string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"', ':')
}

// comma separates from what came before, if anything did.
func (w *jsonWriter) comma() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' && w.b[n-1] != ':' {
		w.b = append(w.b, ',')
	}
}

func (w *jsonWriter) open(c byte)  { w.comma(); w.b = append(w.b, c) }
func (w *jsonWriter) close(c byte) { w.b = append(w.b, c) }

func (w *jsonWriter) null(name string) {
	w.name(name)
	w.b = append(w.b, "null"...)
}

// text writes a member, null for "".
func (w *jsonWriter) text(name, s string) {
	if s == "" {
		w.null(name)
		return
	}
	w.name(name)
	w.quote(s)
}

// texts writes an array of strings, null for nil.
func (w *jsonWriter) texts(name string, list []string) {
	if list == nil {
		w.null(name)
		return
	}
	w.name(name)
	w.open('[')
	for _, s := range list {
		w.comma()
		w.quote(s)
	}
	w.close(']')
}

const hexDigits = "0123456789abcdef"

// quote writes a string; what is no valid UTF-8 becomes U+FFFD.
func (w *jsonWriter) quote(s string) {
	b := append(w.b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	w.b = append(b, '"')
}

func (w *jsonWriter) uint(name string, v uint64) {
	w.name(name)
	w.b = strconv.AppendUint(w.b, v, 10)
}

// index writes an ifIndex, null for 0.
func (w *jsonWriter) index(name string, v uint32) {
	if v == 0 {
		w.null(name)
		return
	}
	w.uint(name, uint64(v))
}

func (w *jsonWriter) bool(name string, v bool) {
	w.name(name)
	w.b = strconv.AppendBool(w.b, v)
}

// number writes v rounded to a number of decimals, null if it is no number.
func (w *jsonWriter) number(name string, v float64, decimals int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		w.null(name)
		return
	}
	w.name(name)
	p := math.Pow10(decimals)
	if r := math.Round(v*p) / p; !math.IsInf(r, 0) {
		v = r
	}
	w.b = strconv.AppendFloat(w.b, v+0, 'f', -1, 64)
}

// known is number, null for negative values, which stand for unknown.
func (w *jsonWriter) known(name string, v float64, decimals int) {
	if v < 0 {
		v = math.NaN()
	}
	w.number(name, v, decimals)
}

// positive is number, null for values that are not above 0.
func (w *jsonWriter) positive(name string, v float64, decimals int) {
	if v <= 0 {
		v = math.NaN()
	}
	w.number(name, v, decimals)
}

// time writes Unix nanoseconds as RFC 3339 UTC, null for 0.
func (w *jsonWriter) time(name string, ns int64) {
	if ns == 0 {
		w.null(name)
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b = appendTime(w.b, ns)
	w.b = append(w.b, '"')
}

func appendTime(b []byte, ns int64) []byte {
	return time.Unix(0, ns).UTC().AppendFormat(b, "2006-01-02T15:04:05.000000000Z")
}

// addr writes an address as text, null if unknown.
func (w *jsonWriter) addr(name string, a flow.Addr) {
	if a.IsZero() {
		w.null(name)
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b = a.Netip().AppendTo(w.b)
	w.b = append(w.b, '"')
}

// id writes a flow id as 16 hex digits.
func (w *jsonWriter) id(name string, id uint64) {
	w.name(name)
	w.b = append(w.b, '"')
	w.b = flow.AppendID(w.b, id)
	w.b = append(w.b, '"')
}

// begin opens a message with the members that all have.
func (w *jsonWriter) begin(collector string) {
	w.b = append(w.b[:0], '{')
	w.uint("schema", schemaVersion)
	w.text("collector", collector)
}

// flow writes the member "flow".
func (w *jsonWriter) flow(k *flow.Key, id uint64, a *flow.Attributes) {
	w.name("flow")
	w.open('{')
	w.id("id", id)
	w.name("src")
	w.ip(k.Src)
	w.name("dst")
	w.ip(k.Dst)
	w.uint("proto", uint64(k.Proto))
	if ports := k.HasPorts() && k.SrcPort|k.DstPort != 0; ports {
		w.uint("sport", uint64(k.SrcPort))
		w.uint("dport", uint64(k.DstPort))
	} else {
		w.null("sport")
		w.null("dport")
	}
	r := k.Reverse()
	w.id("reverse", r.ID())
	w.attributes(a)
	w.close('}')
}

// ip writes an address of a flow, which is known even if it is ::.
func (w *jsonWriter) ip(a flow.Addr) {
	w.b = append(w.b, '"')
	w.b = netip.AddrFrom16(a).Unmap().AppendTo(w.b)
	w.b = append(w.b, '"')
}

// attributes writes what was seen of the flow beside its key; what was not
// seen is left out.
func (w *jsonWriter) attributes(a *flow.Attributes) {
	if a.VNI != 0 || a.Tunnel == flow.TunnelVXLAN || a.Tunnel == flow.TunnelGeneve {
		w.uint("vni", uint64(a.VNI))
	}
	if a.Tunnel != flow.TunnelNone {
		w.text("tunnel", a.Tunnel.String())
	}
	if !a.OuterSrc.IsZero() {
		w.addr("outer_src", a.OuterSrc)
	}
	if !a.OuterDst.IsZero() {
		w.addr("outer_dst", a.OuterDst)
	}
	if a.VLAN != 0 {
		w.uint("vlan", uint64(a.VLAN))
	}
	if a.HasDSCP {
		w.uint("dscp", uint64(a.DSCP))
	}
	if a.SrcName != "" {
		w.text("src_name", a.SrcName)
	}
	if a.DstName != "" {
		w.text("dst_name", a.DstName)
	}
}

// switches writes the names of the hops' switches in travel order.
func (w *jsonWriter) switches(hops []flow.Hop) {
	w.name("switches")
	w.open('[')
	for i := range hops {
		w.comma()
		w.quote(hops[i].Switch)
	}
	w.close(']')
}

// hops writes the hops of a path.
func (w *jsonWriter) hops(hops []flow.Hop) {
	w.name("hops")
	w.open('[')
	for i := range hops {
		h := &hops[i]
		w.open('{')
		w.text("switch", h.Switch)
		w.addr("agent", h.Agent)
		w.index("in", h.In)
		w.text("in_port", h.InPort)
		w.index("out", h.Out)
		w.text("out_port", h.OutPort)
		w.bool("observed", h.Observed)
		w.close('}')
	}
	w.close(']')
}

// port writes an end of a link.
func (w *jsonWriter) port(name string, p *flow.Port) {
	w.name(name)
	w.portObject(p)
}

func (w *jsonWriter) portObject(p *flow.Port) {
	w.open('{')
	w.text("switch", p.Switch)
	w.addr("agent", p.Agent)
	w.index("ifindex", p.IfIndex)
	w.text("port", p.Name)
	w.close('}')
}
