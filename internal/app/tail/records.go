package tail

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
)

// flowLine writes
//
//	12:00:05.123  leaf1  swp1>swp5  10.1.1.1:40112 > 10.2.1.1:5201 tcp  1518 B x100  ttl 64  ingress, counts
func (p *Printer) flowLine(value []byte) (string, error) {
	var m flowpb.FlowMessage
	if err := proto.Unmarshal(value, &m); err != nil {
		return "", fmt.Errorf("message is not as documented: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s>%s  %s  %d B x%d",
		p.clock(time.Unix(0, int64(m.GetTimeFlowStartNs()))),
		switchName(m.GetSwitch(), m.GetSamplerAddress()),
		portName(m.GetInIfName(), m.GetInIf()), portName(m.GetOutIfName(), m.GetOutIf()),
		flowText(&m), m.GetBytes(), max(m.GetEffectiveRate(), m.GetSamplingRate(), 1))
	if m.GetIpTtl() != 0 {
		fmt.Fprintf(&b, "  ttl %d", m.GetIpTtl())
	}
	if m.GetVni() != 0 {
		fmt.Fprintf(&b, "  vni %d", m.GetVni())
	}
	if d := m.GetDirection(); d != flowpb.FlowMessage_DIRECTION_UNKNOWN {
		b.WriteString("  " + strings.ToLower(d.String()))
	}
	if m.GetCountOnce() {
		b.WriteString("  counts")
	}
	return b.String(), nil
}

// header is what flow and drop records have of a packet.
type header interface {
	GetSrcAddr() []byte
	GetDstAddr() []byte
	GetSrcPort() uint32
	GetDstPort() uint32
	GetProto() uint32
	GetSrcMac() uint64
	GetDstMac() uint64
	GetEtype() uint32
}

// flowText gives the flow of a record; what is no IP shows its MAC addresses.
func flowText(m header) string {
	k := flow.Key{
		Src: addr(m.GetSrcAddr()), Dst: addr(m.GetDstAddr()),
		SrcPort: uint16(m.GetSrcPort()), DstPort: uint16(m.GetDstPort()),
		Proto: uint8(m.GetProto()),
	}
	if k.IsZero() {
		return fmt.Sprintf("%s > %s ethertype %04x", mac(m.GetSrcMac()), mac(m.GetDstMac()), m.GetEtype())
	}
	return k.String()
}

// dropLine writes
//
//	12:00:05.123  leaf1  swp1>swp5  10.1.1.1:40112 > 10.2.1.1:5201 tcp  1514 B  acl deny (7)  swp5 counts 200/s (3s ago)
func (p *Printer) dropLine(value []byte) (string, error) {
	var m flowpb.DropMessage
	if err := proto.Unmarshal(value, &m); err != nil {
		return "", fmt.Errorf("message is not as documented: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s>%s", p.clock(time.Unix(0, int64(m.GetTimeDroppedNs()))),
		switchName(m.GetSwitch(), m.GetSamplerAddress()), portName(m.GetInIfName(), m.GetInIf()), portName(m.GetOutIfName(), m.GetOutIf()))
	if m.GetEtype() != 0 || len(m.GetSrcAddr()) > 0 {
		fmt.Fprintf(&b, "  %s  %d B", flowText(&m), m.GetBytes())
	}
	fmt.Fprintf(&b, "  %s", flow.DropReason(m.GetReason()))
	if m.GetAclName() != "" || m.GetAclNumber() != 0 {
		fmt.Fprintf(&b, " %s (%d)", clean(m.GetAclName()), m.GetAclNumber())
	}
	for _, cause := range []string{m.GetFunction(), m.GetTrap(), m.GetLinuxReason()} {
		if cause != "" {
			b.WriteString("  " + clean(cause))
		}
	}
	if m.DiscardsPerSecond != nil {
		port := portName(m.GetOutIfName(), m.GetOutIf())
		if m.GetOutIf() == 0 {
			port = portName(m.GetInIfName(), m.GetInIf())
		}
		fmt.Fprintf(&b, "  %s counts %.3g/s (%s ago)", port, m.GetDiscardsPerSecond(), span(time.Duration(m.GetDiscardsAgeSeconds()*1e9)))
	}
	return b.String(), nil
}

func addr(b []byte) flow.Addr {
	a, _ := netip.AddrFromSlice(b)
	return flow.AddrFromNetip(a)
}

func mac(m uint64) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", byte(m>>40), byte(m>>32), byte(m>>24), byte(m>>16), byte(m>>8), byte(m))
}

func switchName(name string, agent []byte) string {
	if name == "" {
		name = addr(agent).String()
	}
	return clean(name)
}

// portName gives a port's name, else its ifIndex, else "?".
func portName(name string, index uint32) string {
	switch {
	case name != "":
		return clean(name)
	case index != 0:
		return strconv.FormatUint(uint64(index), 10)
	}
	return "?"
}

// countersLine writes
//
//	12:00:05.123  leaf1:swp5  100 Mbit/s up  in 12.3 Mbit/s (12.3%)  out 3.21 Mbit/s (3.2%)  discards 0 in 2.00 out /s
func (p *Printer) countersLine(value []byte) (string, error) {
	var m flowpb.CountersMessage
	if err := proto.Unmarshal(value, &m); err != nil {
		return "", fmt.Errorf("message is not as documented: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", p.clock(time.Unix(0, int64(m.GetTimeReceivedNs()))), switchName(m.GetSwitch(), m.GetSamplerAddress()))
	name := m.GetIfName()
	if name == "" {
		name = m.GetPortName()
	}
	if name != "" || m.GetIfIndex() != 0 {
		b.WriteString(":" + portName(name, m.GetIfIndex()))
	}
	if c := m.GetIfCounters(); c != nil {
		interfaceText(&b, c)
	}
	if r := m.GetRates(); r != nil {
		rateText(&b, r)
	}
	if h := m.GetHostDescr(); h != nil {
		fmt.Fprintf(&b, "  host %s %s", clean(h.GetHostname()), clean(h.GetOsRelease()))
	}
	return b.String(), nil
}

func interfaceText(b *strings.Builder, c *flowpb.IfCounters) {
	b.WriteString("  ")
	if c.GetIfSpeed() != 0 {
		b.WriteString(Speed(float64(c.GetIfSpeed())) + " ")
	}
	switch {
	case c.GetIfStatus()&1 == 0:
		b.WriteString("shut")
	case c.GetIfStatus()&2 == 0:
		b.WriteString("down")
	default:
		b.WriteString("up")
	}
}

func rateText(b *strings.Builder, r *flowpb.Rates) {
	direction := func(name string, rate, use *float64) {
		if rate == nil {
			return
		}
		fmt.Fprintf(b, "  %s %s", name, bitRate(*rate))
		if use != nil {
			fmt.Fprintf(b, " (%s)", percent(*use))
		}
	}
	direction("in", r.InBitsPerSecond, r.InUtilization)
	direction("out", r.OutBitsPerSecond, r.OutUtilization)
	if r.GetInDiscardsPerSecond() > 0 || r.GetOutDiscardsPerSecond() > 0 {
		fmt.Fprintf(b, "  discards %.3g in %.3g out /s", r.GetInDiscardsPerSecond(), r.GetOutDiscardsPerSecond())
	}
	if r.GetInErrorsPerSecond() > 0 || r.GetOutErrorsPerSecond() > 0 {
		fmt.Fprintf(b, "  errors %.3g in %.3g out /s", r.GetInErrorsPerSecond(), r.GetOutErrorsPerSecond())
	}
}
