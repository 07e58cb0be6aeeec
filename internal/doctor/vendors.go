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
	lines        map[subject][]string
}

var vendors = []vendor{
	{"Arista EOS", "EOS User Manual, chapter sFlow", map[subject][]string{
		destination:  {"sflow destination COLLECTOR 6343", "sflow run"},
		agentAddress: {"sflow source-interface Loopback0"},
		sampling:     {"sflow sample N"},
		polling:      {"sflow polling-interval N"},
	}},
	{"NVIDIA Cumulus Linux", "Cumulus Linux 5 documentation, Monitoring System Statistics and Network Traffic with sFlow; host-sflow, hsflowd.conf", map[subject][]string{
		destination:  {"# /etc/hsflowd.conf, then systemctl restart hsflowd", "sflow { collector { ip=COLLECTOR udpport=6343 } }"},
		agentAddress: {"# /etc/hsflowd.conf", "sflow { agent=lo }"},
		sampling:     {"# /etc/hsflowd.conf", "sflow { sampling=N }"},
		polling:      {"# /etc/hsflowd.conf", "sflow { polling=N }"},
		header:       {"# /etc/hsflowd.conf", "sflow { headerBytes=N }"},
	}},
	{"SONiC", "SONiC Command Reference, sFlow", map[subject][]string{
		destination:  {"config sflow collector add spoor COLLECTOR", "config sflow enable"},
		agentAddress: {"config sflow agent-id add Loopback0"},
		sampling:     {"config sflow interface sample-rate PORT N"},
		polling:      {"config sflow polling-interval N"},
	}},
	{"Cisco Nexus (NX-OS)", "Nexus 9000 Series NX-OS System Management Configuration Guide, Configuring sFlow", map[subject][]string{
		destination:  {"feature sflow", "sflow collector-ip COLLECTOR vrf VRF", "sflow data-source interface PORT"},
		agentAddress: {"sflow agent-ip ADDRESS"},
		sampling:     {"sflow sampling-rate N"},
		polling:      {"sflow counter-poll-interval N"},
		header:       {"sflow max-sampled-size N"},
	}},
	{"Juniper (Junos)", "Junos CLI Reference, edit protocols sflow", map[subject][]string{
		destination:  {"set protocols sflow collector COLLECTOR udp-port 6343", "set protocols sflow interfaces PORT"},
		agentAddress: {"set protocols sflow agent-id ADDRESS"},
		sampling:     {"set protocols sflow sample-rate ingress N"},
		polling:      {"set protocols sflow polling-interval N"},
	}},
	{"Dell (OS10)", "OS10 Enterprise Edition User Guide, sFlow", map[subject][]string{
		destination: {"sflow enable", "sflow collector COLLECTOR agent-addr ADDRESS 6343"},
		sampling:    {"sflow sample-rate N"},
		polling:     {"sflow polling-interval N"},
	}},
	{"host-sflow", "host-sflow, Configuring Host sFlow for Linux", map[subject][]string{
		destination:  {"# /etc/hsflowd.conf, then systemctl restart hsflowd", "sflow { collector { ip=COLLECTOR udpport=6343 } }"},
		agentAddress: {"# /etc/hsflowd.conf", "sflow { agent=lo }"},
		sampling:     {"# /etc/hsflowd.conf", "sflow { sampling=N }"},
		polling:      {"# /etc/hsflowd.conf", "sflow { polling=N }"},
		header:       {"# /etc/hsflowd.conf", "sflow { headerBytes=N }"},
	}},
	{"Open vSwitch", "ovs-vswitchd.conf.db(5), sFlow table", map[subject][]string{
		destination:  {`ovs-vsctl -- --id=@s create sFlow agent=INTERFACE target='"COLLECTOR:6343"' -- set Bridge BRIDGE sflow=@s`},
		agentAddress: {"ovs-vsctl set sFlow UUID agent=INTERFACE"},
		sampling:     {"ovs-vsctl set sFlow UUID sampling=N"},
		polling:      {"ovs-vsctl set sFlow UUID polling=N"},
		header:       {"ovs-vsctl set sFlow UUID header=N"},
	}},
}

// commands gives what to type on each vendor's switch; n stands for N unless it is 0.
func commands(s subject, n float64) []Lines {
	var list []Lines
	for i := range vendors {
		v := &vendors[i]
		lines := make([]string, len(v.lines[s]))
		for j, l := range v.lines[s] {
			if n > 0 {
				l = replaceN(l, strconv.FormatFloat(n, 'f', 0, 64))
			}
			lines[j] = l
		}
		if len(lines) > 0 {
			list = append(list, Lines{v.name, lines, v.source})
		}
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
