package decode_test

import (
	"bytes"
	"testing"

	"spoor/decode"
)

// mix gives datagrams as a fabric sends them: six flow samples with headers of
// 128 bytes, a fifth of them VXLAN, extended_switch and extended_router in a
// third, counters in a tenth of the datagrams. samples is the sum.
func mix() (datagrams [][]byte, samples int) {
	payload := bytes.Repeat([]byte("x"), 1400)
	bare := eth(0x0800, ipv4(plain, 6, join(tcpHeader(5), payload)))
	tunnel := eth(0x0800, ipv4(plain, 17, udpTo(4789, join(unhex("0800000000006400"), bare))))
	forwarding := join(rec(1001, u(10, 0, 20, 0)), rec(1002, u(1, 0x0a0000fe, 24, 32)))
	n := 0
	for i := range 100 {
		var list [][]byte
		for range 6 {
			frame, records := bare, uint32(1)
			if n%5 == 0 {
				frame = tunnel
			}
			body := rawHeader(rawOpts{1, 4, int64(len(frame) + 4), -1}, frame[:128])
			if n%3 == 0 {
				body, records = join(body, forwarding), 3
			}
			port := uint32(n%48 + 1)
			list = append(list, rec(1, u(uint32(n), port, 1000, uint32(n)*1000, 0, port, 49, records), body))
			n++
		}
		if i%10 == 0 {
			list = append(list, hostileCounters(rec(1, zeros(88))))
		}
		samples += len(list)
		datagrams = append(datagrams, dgram(uint32(len(list)), list...))
	}
	return datagrams, samples
}

// BenchmarkMix decodes the mix; ns/sample is what the budget speaks of.
func BenchmarkMix(b *testing.B) {
	datagrams, samples := mix()
	d := decode.New(&counter{})
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range datagrams {
			d.Decode(p)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(samples), "ns/sample")
}
