package flow_test

import (
	"testing"

	"spoor/flow"
)

// TestDropReasons checks the ends of each row of the table, so that no name has slipped.
func TestDropReasons(t *testing.T) {
	for code, want := range map[flow.DropReason]string{
		0: "net_unreachable", 13: "comm_admin_prohibited", 15: "precedence_cutoff", 16: "16", 255: "255",
		flow.DropUnknown: "unknown", flow.DropTTL: "ttl_exceeded", flow.DropACL: "acl", flow.DropNoBuffer: "no_buffer_space",
		flow.DropRED: "red", 271: "uc_dip_over_mc_dmac", 272: "dip_is_loopback_address", 287: "unknown_buffer", 288: "unknown_tunnel",
		303: "split_horizon", 304: "locked_port", 319: "sctp_parsing", 320: "dccp_parsing", 324: "pkt_too_small", 332: "dev_hdr",
		335: "reverse_path_forwarding", 336: "icmp_parsing", 351: "tcp_old_ack", 352: "tcp_too_old_ack", 363: "tap_filter",
		365: "tc_ingress", 366: "tc_egress", 367: "xdp", 368: "cpu_backlog", 372: "bgp_flowspec", 373: "373", 9999: "9999",
		1<<32 - 1: "4294967295",
	} {
		if got := code.String(); got != want {
			t.Errorf("%d: %q, want %q", uint32(code), got, want)
		}
	}
}
