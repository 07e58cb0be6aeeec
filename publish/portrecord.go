package publish

import "spoor/flow"

// putInput writes what the port decides at which a packet came.
func putInput(w *window, s *flow.Sample) int {
	i := w.uint32(0, 18, ifIndex(s.Input))
	if s.HasSwitch {
		i = w.uint32(i, 33, vlan(s.SrcVLAN))
	}
	i = w.uint32(i, 215, s.EffectiveRate)
	i = w.uint32(i, 205, s.SourceClass)
	i = w.uint32(i, 206, s.SourceIndex)
	i = w.uint8(i, 207, uint8(s.Input.Kind))
	i = w.uint32(i, 210, s.HeaderProtocol)
	i = w.uint32(i, 211, s.Stripped)
	return w.uint8(i, 213, uint8(s.Direction))
}

// putOutput writes what the port decides to which it went, and its way from there.
func putOutput(w *window, s *flow.Sample, l *flow.Labels) int {
	i := 0
	if s.HasRouter {
		i = w.addr1(i, 12, &s.NextHop)
		i = w.uint8(i, 16, s.SrcMask)
		i = w.uint8(i, 17, s.DstMask)
	}
	if s.HasGateway {
		i = putGateway(w, i, s)
	}
	i = w.uint32(i, 19, ifIndex(s.Output))
	if s.HasSwitch {
		i = w.uint32(i, 34, vlan(s.DstVLAN))
	}
	i = w.uint8(i, 208, uint8(s.Output.Kind))
	if s.Output.Kind == flow.InterfaceDiscarded {
		i = w.uint32(i, 209, s.Output.Value)
	}
	if s.HasRecVNI && s.Packet.VNI == 0 {
		i = w.uint32(i, 230, s.RecordVNI)
	}
	if l.CountOnce {
		i = w.uint8(i, 214, 1)
	}
	return i
}

// vlan gives a VLAN, 0 for one that is unknown (all ones).
func vlan(v uint32) uint32 {
	if v == 1<<32-1 {
		return 0
	}
	return v
}

// ifIndex is what in_if and out_if hold: the index, or the count of ports.
func ifIndex(i flow.Interface) uint32 {
	if i.Kind == flow.InterfaceMultiple {
		return i.Value
	}
	return i.Index()
}
