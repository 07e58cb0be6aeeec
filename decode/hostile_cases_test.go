package decode_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the hostile datagrams to testdata anew")

const (
	all32  = math.MaxUint32
	vendor = 4413<<12 | 99
)

var (
	tcp4   = eth(0x0800, ipv4(plain, 6, join(tcpHeader(5), bytes.Repeat([]byte("x"), 60))))
	raw4   = rawHeader(whole, tcp4)
	zero16 = zeros(16)
	// good ends most cases: a decoder that contains errors by length delivers it.
	good = hostileFlow(flowOpts{777, 1, 2, usual.count}, raw4)
)

// builtCases gives every hostile datagram by name.
func builtCases() map[string][]byte {
	c := make(map[string][]byte)
	datagramCases(c)
	sampleCases(c)
	recordCases(c)
	headerCases(c)
	packetCases(c)
	tunnelCases(c)
	return c
}

func datagramCases(c map[string][]byte) {
	old := u(1, 0x0a000001, 1, 1000, 1, 1, 1, 1, 1, 0, 0, 1)
	c["empty"] = nil
	c["three-bytes"] = zeros(3)
	c["version-only"] = u(5)
	c["version-2"] = join(u(2), old)
	c["version-4"] = join(u(4), old)
	c["netflow-v5"] = join(u(0x00050001, 1000, 1, 0, 1, 0), zeros(48))
	c["ipfix"] = u(0x000a0010, 1, 1, 1)
	c["addr-type-0"] = join(u(5, 0, 0, 1, 1000, 1), good)
	c["addr-type-3"] = join(u(5, 3, 1, 0, 1, 1000, 1), good)
	c["v6-agent-cut"] = join(u(5, 2), zeros(8))
	c["samples-2e32"] = dgram(all32, good)
	c["samples-0"] = dgram(0, good)
	c["samples-fewer"] = dgram(1, good, good)
}

func sampleCases(c map[string][]byte) {
	and := func(name string, sample []byte) { c[name] = dgram(2, sample, good) }
	and("slen-2e32", tlv(1, zeros(32), all32))
	and("slen-round-wrap", tlv(1, zeros(32), all32-2))
	and("slen-0", rec(1))
	and("slen-short", rec(1, u(1, 1)))
	and("slen-odd", tlv(4300<<12|7, pad([]byte("abcde")), 5))
	and("sample-unknown-ent", rec(4300<<12|1002, zeros(40)))
	and("sample-unknown-fmt", rec(99, zero16))
	many := usual
	many.count = all32
	and("rec-count-flow", hostileFlow(many, raw4))
	and("rec-count-expanded", rec(3, u(1, 0, 1, 1000, 1000, 0, 0, 1, 0, 2, all32), raw4))
	and("rec-count-counter", rec(2, u(1, 1, all32), rec(1, zeros(88))))
	and("discard-reason-9999", rec(5, u(1, 0, 1, 0, 1, 0, 9999, 1), raw4))
	and("rate-0", hostileFlow(flowOpts{0, 1, 2, usual.count}, raw4))
	and("if-format-3", hostileFlow(flowOpts{1000, 0xc0000001, 0xc0000002, usual.count}, raw4))
	and("in-format-1", hostileFlow(flowOpts{1000, 0x40000102, 2, usual.count}, raw4))
	and("dup-raw", hostileFlow(usual, raw4, raw4))
	c["many-empty-samples"] = dgram(8000, repeat(u(99, 0), 8000))
}

func recordCases(c map[string][]byte) {
	and := func(name string, records ...[]byte) { c[name] = dgram(2, hostileFlow(usual, records...), good) }
	counters := func(name string, record []byte) { c[name] = dgram(2, hostileCounters(record), good) }
	gateway := u(1, 0x0a000002, 65000, 0, 0)
	and("rlen-2e32", tlv(1001, zero16, all32))
	and("rlen-over-by-4", tlv(1001, zero16, 20))
	and("rlen-zero-switch", rec(1001), raw4)
	and("rlen-odd", tlv(vendor, pad([]byte("hello")), 5), raw4)
	and("switch-long", rec(1001, u(1, 0, 2, 0, 99)), raw4)
	and("switch-short", rec(1001, u(1, 0, 2)), raw4)
	counters("ifc-short", rec(1, zeros(84)))
	counters("ifc-long", rec(1, zeros(96)))
	empty := usual
	empty.count = 7900
	c["many-empty-records"] = dgram(2, hostileFlow(empty, repeat(u(vendor, 0), 7900)), good)
	and("ethernet-unpadded", rec(2, u(64), macs, u(0x800)))
	and("router-nexthop-0", rec(1002, u(0, 24, 24)), raw4)
	and("router-nexthop-9", rec(1002, u(9, 24, 24)), raw4)
	and("aspath-count-wrap", rec(1003, gateway, u(1, 2, 0x40000001, 65001, 0, 100)), raw4)
	and("aspath-segs-2e32", rec(1003, gateway, u(all32, 2, 0, 2, 0)), raw4)
	and("communities-2e29", rec(1003, gateway, u(0, 0x20000000, 1, 100)), raw4)
	and("mpls-count-wrap", rec(1006, u(1, 0x0a000002, 0x40000001, 1, 0)), raw4)
	and("vlan-stack-2e30", rec(1012, u(0x40000000, 1)), raw4)
	and("user-string-2e32", rec(1004, u(106, all32, 0)), raw4)
	and("acl-string-wrap", rec(1037, u(7, all32-2, 0, 1)), raw4)
	counters("adapters-2e30", rec(2001, u(0x40000000, 1, 0x40000000)))
	counters("sfp-lanes-2e28", rec(10, u(1, 4, 3300, 30000, 0x10000000)))
	and("aggregation-deep", nest(rec(1001, u(1, 0, 2, 0)), 100, func(b []byte) []byte { return rec(1016, u(1, 1), b) }), raw4)
	counters("hostname-not-utf8", rec(2000, opaque([]byte("a\xff\xfe\x00b")), zero16, u(3, 2), opaque(nil)))
	counters("portname-60k", rec(1005, opaque(bytes.Repeat([]byte("e"), 60000))))
	counters("cpu-nan", rec(2003, u(0x7fc00000, 0x7f800000, 0xbf800000), zeros(56)))
}

func headerCases(c map[string][]byte) {
	and := func(name string, o rawOpts, header []byte) {
		c[name] = dgram(2, hostileFlow(usual, rawHeader(o, header)), good)
	}
	c["raw-12"] = dgram(2, hostileFlow(usual, rec(1, u(1, 64, 4))), good)
	and("raw-hl-0", rawOpts{1, 4, 64, -1}, nil)
	and("raw-hl-over", rawOpts{1, 4, -1, 1500}, tcp4)
	and("raw-hl-2e32", rawOpts{1, 4, -1, all32}, tcp4)
	and("raw-one-byte", rawOpts{1, 4, 64, -1}, []byte{1})
	and("raw-proto-99", rawOpts{99, 4, -1, -1}, tcp4)
	and("raw-frame-small", rawOpts{1, 4, 20, -1}, tcp4)
	and("raw-frame-2e32", rawOpts{1, 4, all32, -1}, tcp4)
	and("raw-frame-0", rawOpts{1, 4, 0, -1}, tcp4)
	and("raw-stripped-2e32", rawOpts{1, all32, -1, -1}, tcp4)
	c["raw-64k"] = dgram(1, hostileFlow(usual, rawHeader(rawOpts{1, 4, 9018, -1}, join(tcp4, bytes.Repeat([]byte("z"), 65000)))))
	and("raw-ip4", rawOpts{11, 18, 58, -1}, ipv4(plain, 6, tcpHeader(5)))
	and("raw-ip4-is-6", rawOpts{11, 4, -1, -1}, ipv6(6, tcpHeader(5)))
}

func packetCases(c map[string][]byte) {
	and := func(name string, header []byte) {
		c[name] = dgram(2, hostileFlow(usual, rawHeader(whole, header)), good)
	}
	over4 := func(name string, o ipOpts, payload []byte) { and(name, eth(0x0800, ipv4(o, 6, payload))) }
	over6 := func(name string, next byte, payload []byte) { and(name, eth(0x86dd, ipv6(next, payload))) }
	over4("ip-ihl-15", ipOpts{0x4f, -1, 0, nil}, tcpHeader(5))
	over4("ip-ihl-4", ipOpts{0x44, -1, 0, nil}, tcpHeader(5))
	over4("ip-options", ipOpts{0x48, -1, 0, unhex("94040000 01010101 01010101")}, tcpHeader(5))
	over4("ip-total-64k", ipOpts{0x45, 65535, 0, nil}, tcpHeader(5))
	over4("ip-total-0", ipOpts{0x45, 0, 0, nil}, tcpHeader(5))
	over4("ip-fragment", ipOpts{0x45, -1, 100, nil}, repeat(unhex("deadbeef"), 8))
	over4("ip-version-7", ipOpts{0x75, -1, 0, nil}, tcpHeader(5))
	over4("tcp-off-0", plain, tcpHeader(0))
	over4("tcp-cut", ipOpts{0x45, 40, 0, nil}, tcpHeader(5)[:10])
	over6("ip6-hbh-20", 0, join(zeros(8*19), unhex("0600000000000000"), tcpHeader(5)))
	over6("ip6-ext-over", 0, join(unhex("06ff"), zeros(30)))
	over6("ip6-fragment", 44, join(unhex("0600053900000001"), repeat(unhex("dead"), 20)))
	over6("ip6-esp", 50, zeros(40))
	ip := ipv4(plain, 6, tcpHeader(5))
	and("qinq-30", join(macs, repeat(unhex("81000001"), 30), unhex("0800"), ip))
	and("qinq-2", join(macs, unhex("88a80001 81000002 0800"), ip))
	and("llc-snap", join(macs, unhex("002e aaaa03 000000 0800"), ip))
	and("arp", eth(0x0806, join(unhex("0001080006040001"), zeros(38))))
}

func tunnelCases(c map[string][]byte) {
	and := func(name string, header []byte) {
		c[name] = dgram(2, hostileFlow(usual, rawHeader(whole, header)), good)
	}
	and("mpls-no-bottom", eth(0x8847, repeat(unhex("00010040"), 28)))
	and("mpls-eth", eth(0x8847, join(unhex("00010140 00000000"), tcp4)))
	and("vxlan-8", nest(tcp4, 8, func(b []byte) []byte {
		return eth(0x0800, ipv4(plain, 17, udpTo(4789, join(unhex("0800000000006400"), b))))
	}))
	and("gre-key", eth(0x0800, ipv4(plain, 47, join(unhex("b0006558"), zeros(12), tcp4))))
	and("gre-v1", eth(0x0800, ipv4(plain, 47, join(unhex("2081880b 00100001"), zeros(20)))))
	and("ipip-60", eth(0x0800, nest(ipv4(plain, 6, tcpHeader(5)), 60, func(b []byte) []byte { return ipv4(plain, 4, b) })))
}

// TestHostileFiles checks that the files in testdata, which other packages read, are what is built here.
func TestHostileFiles(t *testing.T) {
	built := builtCases()
	for _, c := range hostileCases(t) {
		b, ok := built[c.name]
		if !ok {
			t.Errorf("%s is not built", c.name)
			continue
		}
		if *update {
			if err := os.WriteFile(c.file, b, 0o644); err != nil {
				t.Fatal(err)
			}
			c.data = b
		}
		if !bytes.Equal(b, c.data) {
			t.Errorf("%s: %d bytes are built, the file has %d", c.name, len(b), len(c.data))
		}
		delete(built, c.name)
	}
	for name := range built {
		t.Errorf("%s has no line in cases.tsv", name)
	}
}
