package doctor

import (
	"strconv"
	"strings"
)

// Lines are what to type on one vendor's switch, and whose document says so.
// Words in capitals are to be filled in.
type Lines struct {
	Vendor string   `json:"vendor"`
	Lines  []string `json:"lines"`
	Source string   `json:"source"`
}

// subject is what of a switch's sFlow is to be changed.
type subject uint8

const (
	destination  subject = iota // where datagrams go
	agentAddress                // whom they name
	sampling                    // the rate: N
	polling                     // of counters: N seconds
	header                      // N bytes of a packet
)

// vendor is what one vendor's switches take; a subject that is missing cannot be
// set there, or its document does not say how.
type vendor struct {
	name, source string
	file         string // where the lines stand, if they are no commands: inside its sflow { }
	lines        map[subject][]string
	look         []string // what shows on the switch that it is set
}

var vendors = []vendor{
	{
		name: "Arista EOS", source: "EOS User Manual, sFlow, https://www.arista.com/en/um-eos/eos-sflow",
		lines: map[subject][]string{
			destination:  {"sflow destination COLLECTOR 6343", "sflow run"},
			agentAddress: {"sflow source-interface Loopback0"},
			sampling:     {"sflow sample N"},
			polling:      {"sflow polling-interval N"},
		},
		look: []string{"show sflow"},
	},
	{
		name:   "NVIDIA Cumulus Linux",
		source: "Cumulus Linux 5.15, Monitoring System Statistics and Network Traffic with sFlow, https://docs.nvidia.com/networking-ethernet-software/cumulus-linux-515/Monitoring-and-Troubleshooting/Network-Troubleshooting/Monitoring-System-Statistics-and-Network-Traffic-with-sFlow",
		lines: map[subject][]string{
			destination:  {"nv set system sflow collector COLLECTOR port 6343", "nv set system sflow state enabled", "nv config apply"},
			agentAddress: {"nv set system sflow agent interface lo", "nv config apply"},
			sampling:     {"nv set interface PORT sflow sample-rate N", "nv config apply"},
			polling:      {"nv set system sflow poll-interval N", "nv config apply"},
		},
		look: []string{"nv show system sflow", "nv show interface PORT sflow"},
	},
	{
		name: "SONiC", source: "SONiC, sFlow High Level Design 1.3, section 6.5, https://github.com/sonic-net/SONiC/blob/master/doc/sflow/sflow_hld.md",
		lines: map[subject][]string{
			destination:  {"config sflow collector add spoor COLLECTOR", "config sflow enable"},
			agentAddress: {"config sflow agent-id add Loopback0"},
			sampling:     {"config sflow interface sample-rate PORT N"},
			polling:      {"config sflow polling-interval N"},
		},
		look: []string{"show sflow", "show sflow interface"},
	},
	{
		name:   "Cisco Nexus (NX-OS)",
		source: "Nexus 9000 Series NX-OS System Management Configuration Guide 10.5(x), Configuring sFlow, https://www.cisco.com/c/en/us/td/docs/switches/datacenter/nexus9000/sw/105x/config-guides/cisco-nexus-9000-series-nx-os-system-management-configuration-guide-release-105x/m-configuring-sflow-10x.html",
		lines: map[subject][]string{
			destination:  {"feature sflow", "sflow collector-ip COLLECTOR vrf VRF", "sflow data-source interface PORT"},
			agentAddress: {"sflow agent-ip ADDRESS"},
			sampling:     {"sflow sampling-rate N"},
			polling:      {"sflow counter-poll-interval N"},
			header:       {"sflow max-sampled-size N"},
		},
		look: []string{"show sflow"},
	},
	{
		name: "Juniper (Junos)", source: "Junos CLI Reference, edit protocols sflow, https://www.juniper.net/documentation/us/en/software/junos/cli-reference/topics/ref/statement/sample-rate-edit-protocols-sflow.html",
		lines: map[subject][]string{
			destination:  {"set protocols sflow collector COLLECTOR udp-port 6343", "set protocols sflow interfaces PORT"},
			agentAddress: {"set protocols sflow agent-id ADDRESS"},
			sampling:     {"set protocols sflow interfaces PORT sample-rate ingress N"},
			polling:      {"set protocols sflow polling-interval N"},
		},
		look: []string{"show sflow", "show sflow interface", "show sflow collector"},
	},
	{
		name: "Dell (OS10)", source: "Dell EMC SmartFabric OS10 User Guide 10.5.1, chapter 24, sFlow; the lines as in the guides of OS9",
		lines: map[subject][]string{
			destination: {"sflow enable", "sflow collector COLLECTOR agent-addr ADDRESS 6343"},
			sampling:    {"sflow sample-rate N"},
			polling:     {"sflow polling-interval N"},
		},
		look: []string{"show sflow"},
	},
	{
		name: "host-sflow", source: "Configuring Host sFlow for Linux via /etc/hsflowd.conf, https://sflow.net/host-sflow-linux-config.php",
		file: "/etc/hsflowd.conf",
		lines: map[subject][]string{
			destination:  {"collector { ip=COLLECTOR udpport=6343 }", "pcap { speed=1G-1T }"},
			agentAddress: {"agent=lo"},
			sampling:     {"sampling.SPEED=N"}, // sampling=N is for ports without a speed
			polling:      {"polling=N"},
			header:       {"headerBytes=N"},
		},
		look: []string{"grep agentIP /etc/hsflowd.auto"},
	},
	{
		name: "Open vSwitch", source: "ovs-vswitchd.conf.db(5), sFlow TABLE, of Open vSwitch 3.1",
		lines: map[subject][]string{
			destination:  {`ovs-vsctl -- --id=@s create sFlow agent=INTERFACE target='"COLLECTOR:6343"' -- set Bridge BRIDGE sflow=@s`},
			agentAddress: {"ovs-vsctl set sFlow $(ovs-vsctl get Bridge BRIDGE sflow) agent=INTERFACE"},
			sampling:     {"ovs-vsctl set sFlow $(ovs-vsctl get Bridge BRIDGE sflow) sampling=N"},
			polling:      {"ovs-vsctl set sFlow $(ovs-vsctl get Bridge BRIDGE sflow) polling=N"},
			header:       {"ovs-vsctl set sFlow $(ovs-vsctl get Bridge BRIDGE sflow) header=N"},
		},
		look: []string{"ovs-vsctl list sFlow"},
	},
}

// typed gives what to type for a subject; n stands for N unless it is 0.
func (v *vendor) typed(s subject, n float64) []string {
	lines := make([]string, len(v.lines[s]))
	for i, l := range v.lines[s] {
		if n > 0 {
			l = replaceN(l, strconv.FormatFloat(n, 'f', 0, 64))
		}
		lines[i] = l
	}
	return lines
}

// commands gives what to type on each vendor's switch; n stands for N unless it is 0.
func commands(s subject, n float64) []Lines {
	var list []Lines
	for i := range vendors {
		v := &vendors[i]
		lines := v.typed(s, n)
		if len(lines) == 0 {
			continue
		}
		if v.file != "" {
			lines = append([]string{"# in sflow { } of " + v.file + ", then systemctl restart hsflowd"}, lines...)
		}
		list = append(list, Lines{v.name, lines, v.source})
	}
	return list
}

// replaceN fills in the word N.
func replaceN(line, value string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		switch {
		case w == "N":
			words[i] = value
		case strings.HasSuffix(w, "=N"):
			words[i] = strings.TrimSuffix(w, "N") + value
		}
	}
	return strings.Join(words, " ")
}
