package tail

import (
	"net"
	"strconv"
	"time"

	"spoor/flow"
)

// flowJSON is the flow of a JSON message, as far as a line shows it.
type flowJSON struct {
	ID      string  `json:"id"`
	Src     string  `json:"src"`
	Dst     string  `json:"dst"`
	Proto   uint8   `json:"proto"`
	Sport   *uint16 `json:"sport"`
	Dport   *uint16 `json:"dport"`
	VNI     *uint32 `json:"vni"`
	SrcName string  `json:"src_name"`
	DstName string  `json:"dst_name"`
}

// String gives "10.1.1.1:40112 > 10.2.1.1:5201 tcp", with the VNI of a tunnel.
func (f *flowJSON) String() string {
	s := end(f.Src, f.SrcName, f.Sport) + arrow + end(f.Dst, f.DstName, f.Dport) + " " + flow.ProtoName(f.Proto)
	if f.VNI != nil {
		s += " vni " + strconv.FormatUint(uint64(*f.VNI), 10)
	}
	return clean(s)
}

func end(addr, name string, port *uint16) string {
	if name != "" {
		addr = name
	}
	if port == nil {
		return addr
	}
	return net.JoinHostPort(addr, strconv.Itoa(int(*port)))
}

type linkJSON struct {
	Link  string  `json:"link"`
	Share float64 `json:"share"`
	Speed float64 `json:"speed_bps"`
}

type pathJSON struct {
	State    string   `json:"state"`
	Switches []string `json:"switches"`
}

type elephantJSON struct {
	Episode   int        `json:"episode"`
	State     string     `json:"state"`
	Severity  string     `json:"severity"`
	Muted     string     `json:"muted"`
	Time      time.Time  `json:"time"`
	Flow      flowJSON   `json:"flow"`
	Since     time.Time  `json:"since"`
	Ended     *time.Time `json:"ended"`
	EndReason string     `json:"end_reason"`
	Rate      float64    `json:"rate_bps"`
	Share     float64    `json:"share"`
	ShareLow  float64    `json:"share_low"`
	ShareHigh float64    `json:"share_high"`
	Bytes     float64    `json:"bytes"`
	Peak      float64    `json:"peak_bps"`
	Slot      int        `json:"slot"`
	Links     []linkJSON `json:"links"`
	Path      *pathJSON  `json:"path"`
}

type alertJSON struct {
	State       string            `json:"state"`
	Severity    string            `json:"severity"`
	Time        time.Time         `json:"time"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type portJSON struct {
	Switch  *string `json:"switch"`
	Agent   *string `json:"agent"`
	IfIndex *uint32 `json:"ifindex"`
	Port    *string `json:"port"`
}

// String gives "leaf1:swp5", with the address or number where a name is unknown.
func (p *portJSON) String() string {
	sw, port := "?", "?"
	switch {
	case p.Switch != nil:
		sw = *p.Switch
	case p.Agent != nil:
		sw = *p.Agent
	}
	switch {
	case p.Port != nil:
		port = *p.Port
	case p.IfIndex != nil:
		port = strconv.FormatUint(uint64(*p.IfIndex), 10)
	}
	return clean(sw + ":" + port)
}

type alternativeJSON struct {
	Switches []string `json:"switches"`
	Share    float64  `json:"share"`
}

type pathMessage struct {
	Flow         flowJSON          `json:"flow"`
	Time         time.Time         `json:"time"`
	Cause        string            `json:"cause"`
	State        string            `json:"state"`
	Switches     []string          `json:"switches"`
	Previous     []string          `json:"previous"`
	Alternatives []alternativeJSON `json:"alternatives"`
	UnknownAt    *portJSON         `json:"unknown_at"`
}

type topologyJSON struct {
	ID     string     `json:"id"`
	Time   *time.Time `json:"time"`
	Link   string     `json:"link"`
	Speed  *float64   `json:"speed_bps"`
	Source string     `json:"source"`
	State  string     `json:"state"`
	Since  *time.Time `json:"since"`
	Seen   *time.Time `json:"seen"`
	Host   string     `json:"host"`
	Ports  []portJSON `json:"ports"`
	VNI    *uint32    `json:"vni"`
	Switch string     `json:"switch"`
}
