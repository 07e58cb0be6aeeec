package sflow_test

import (
	"encoding/binary"
	"reflect"
	"testing"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
)

// fixed are the sizes of the structures of fixed size, by sflow_version_5.txt and its extensions.
var fixed = map[string]int{
	"extended_switch": 16, "extended_L2_tunnel_egress": 24, "extended_L2_tunnel_ingress": 24, "sampled_ethernet": 24,
	"sampled_ipv4": 32, "sampled_ipv6": 56, "extended_ipv4_tunnel_egress": 32, "extended_ipv4_tunnel_ingress": 32,
	"extended_ipv6_tunnel_egress": 56, "extended_ipv6_tunnel_ingress": 56, "extended_decapsulate_egress": 4,
	"extended_decapsulate_ingress": 4, "extended_vni_egress": 4, "extended_vni_ingress": 4, "extended_egress_queue": 4,
	"extended_transit": 4, "extended_queue": 4, "extended_timestamp": 8, "extended_bst_egress_queue": 4,
	"if_counters": 88, "ethernet_counters": 52, "vlan_counters": 28, "lag_port_stats": 56, "pfc": 20, "processor": 28,
	"host_cpu": 68, "host_memory": 72, "host_disk_io": 52, "host_net_io": 40, "mib2_ip_group": 76, "mib2_icmp_group": 100,
	"mib2_tcp_group": 60, "mib2_udp_group": 28, "bst_device_buffers": 8, "hw_tables": 144, "nvml_gpu": 48,
	"extended_nat_port": 8, "extended_socket_ipv4": 20, "extended_socket_ipv6": 44, "extended_tcp_info": 48, "extended_entities": 16,
	"of_port": 12, "host_parent": 8, "virt_node": 28, "virt_cpu": 12, "virt_memory": 16, "virt_disk_io": 52, "virt_net_io": 40,
	"ovs_dp_stats":          24,
	"extended_mpls_LDP_FEC": 4, "extended_queue_length": 8, "transaction": 32, "extended_proxy_socket_ipv4": 20,
	"extended_proxy_socket_ipv6": 44, "tokenring_counters": 72, "vg_counters": 80, "ieee80211_counters": 80, "slow_path_counts": 24,
	"radio_utilization": 12, "queue_length": 52, "jvm_statistics": 100, "http_counters": 60, "app_resources": 40, "memcache_counters": 140, "app_workers": 20, "energy": 24, "temperature": 12, "humidity": 4, "fans": 12,
}

func all() []sflow.Known {
	return append(append([]sflow.Known{}, sflow.FlowRecords()...), sflow.CounterRecords()...)
}

// TestSizes: the fixed size suffices, a tail is ignored, and a byte less is refused.
func TestSizes(t *testing.T) {
	seen := 0
	for _, k := range all() {
		n, ok := fixed[k.Name]
		if !ok {
			continue
		}
		seen++
		b := make([]byte, n+8)
		if f := k.New().Parse(b[:n]); f != xdr.OK {
			t.Errorf("%s of %d bytes: %v", k.Name, n, f)
		}
		if f := k.New().Parse(b); f != xdr.OK {
			t.Errorf("%s with a tail: %v", k.Name, f)
		}
		if f := k.New().Parse(b[:n-1]); f != xdr.Short {
			t.Errorf("%s of %d bytes: %v", k.Name, n-1, f)
		}
	}
	if seen != len(fixed) {
		t.Errorf("%d of %d structures are known", seen, len(fixed))
	}
}

// numbers appends the numbers in a structure, in order.
func numbers(dst []uint64, v reflect.Value) []uint64 {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("sflow") != "-" {
				dst = numbers(dst, v.Field(i))
			}
		}
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		dst = append(dst, v.Uint())
	case reflect.Int32:
		dst = append(dst, uint64(v.Int()))
	}
	return dst
}

// TestOrder fills the structures of numbers with 1, 2, 3...: each field must
// have the value of its place, a 64-bit one that of two places.
func TestOrder(t *testing.T) {
	checked := 0
	for _, k := range all() {
		switch k.Name {
		case "sampled_ethernet", "extended_L2_tunnel_egress", "extended_L2_tunnel_ingress", "lag_port_stats", "host_cpu",
			"sampled_ipv4", "sampled_ipv6", "extended_ipv4_tunnel_egress", "extended_ipv4_tunnel_ingress",
			"extended_ipv6_tunnel_egress", "extended_ipv6_tunnel_ingress", "extended_socket_ipv4", "extended_socket_ipv6",
			"extended_proxy_socket_ipv4", "extended_proxy_socket_ipv6", "jvm_statistics":
			continue // addresses, bytes and floats: tests of their own
		}
		n, ok := fixed[k.Name]
		if !ok {
			continue
		}
		b := make([]byte, n)
		for i := 0; i < n; i += 4 {
			binary.BigEndian.PutUint32(b[i:], uint32(i/4+1))
		}
		s := k.New()
		s.Parse(b)
		place := uint64(1)
		for i, got := range numbers(nil, reflect.ValueOf(s).Elem()) {
			want := place
			if got > 1<<32 {
				want, place = place<<32|(place+1), place+1
			}
			if got != want {
				t.Errorf("%s: number %d is %#x, want %#x", k.Name, i, got, want)
			}
			place++
		}
		if int(place-1) != n/4 {
			t.Errorf("%s: %d words are read of %d", k.Name, place-1, n/4)
		}
		checked++
	}
	if checked < 20 {
		t.Errorf("only %d structures checked", checked)
	}
}

// FuzzRecords: no bytes make a parser panic or read without end, and what it
// accepts can be gone through.
func FuzzRecords(f *testing.F) {
	known := all()
	for i := range known {
		f.Add(uint8(i), make([]byte, 160))
		f.Add(uint8(i), []byte{0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		s := known[int(which)%len(known)].New()
		if s.Parse(b) != xdr.OK {
			return
		}
		read := 0
		switch s := s.(type) {
		case *sflow.ExtendedGateway:
			for _, n := range s.DstASPath.All() {
				read += 8 + 4*n.Len()
			}
		case *sflow.HostAdapters:
			for _, macs := range s.Adapters.All() {
				read += 8 + 8*macs.Len()
			}
		case *sflow.OpticalModule:
			for range s.Lanes.All() {
				read += 40
			}
		}
		if read > len(b) {
			t.Errorf("%d bytes read of %d", read, len(b))
		}
	})
}

// FuzzRealTime: as FuzzRecords, for the samples of host-sflow.
func FuzzRealTime(f *testing.F) {
	f.Add(words(f, "00000002 61620000 00000001 00000001 63000000 00000005 3fc00000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sflow.RealTime
		for _, parse := range []func([]byte) xdr.Fault{s.ParseMetric, s.ParseFlow} {
			if parse(b) != xdr.OK {
				continue
			}
			for name, v := range s.Values.All() {
				if v == nil || len(name) > len(b) {
					t.Errorf("%q: %v", name, v)
				}
			}
		}
	})
}
