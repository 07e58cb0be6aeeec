package decode_test

import (
	"testing"

	"spoor/decode"
)

// work is what the decoder did for a datagram: the samples and records that it
// met, whatever became of them.
func work(s *decode.Stats) (n uint64) {
	for _, fates := range s.Samples {
		for _, c := range fates {
			n += c
		}
	}
	for _, fates := range s.Records {
		for _, c := range fates {
			n += c
		}
	}
	return n
}

// TestHostileWork: what a datagram costs is bounded by its bytes: no more samples
// and records are met than have room, twice the bytes give twice the work and no
// more, and nothing is allocated on the way.
func TestHostileWork(t *testing.T) {
	cases := map[string][]byte{}
	for _, c := range hostileCases(t) {
		cases[c.name] = c.data
	}
	for name, c := range extraCases() {
		cases[name] = c.data
	}
	for name, data := range cases {
		_, _, stats := decodeAll(data)
		if n := work(stats); n*8 > uint64(len(data)) {
			t.Errorf("%s: %d samples and records in %d bytes", name, n, len(data))
		}
		d := decode.New(&counter{})
		d.Decode(data) // what memory the largest host needs grows once
		if n := testing.AllocsPerRun(5, func() { d.Decode(data) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	grown := func(name string, grow func(n int) []byte) {
		_, _, one := decodeAll(grow(1000))
		_, _, two := decodeAll(grow(2000))
		if a, b := work(one), work(two); b > 2*a+2 || a < 900 {
			t.Errorf("%s: work %d, %d for twice as much", name, a, b)
		}
	}
	grown("samples", func(n int) []byte { return dgram(all32, repeat(rec(99), n)) })
	grown("whole samples", func(n int) []byte { return dgram(all32, repeat(hostileFlow(usual), n)) })
	grown("records", func(n int) []byte {
		return dgram(1, hostileFlow(flowOpts{1, 1, 2, all32}, repeat(rec(vendor), n)))
	})
	grown("sampled headers", func(n int) []byte {
		return dgram(1, hostileFlow(flowOpts{1, 1, 2, all32}, repeat(raw4, n)))
	})
	grown("refused records", func(n int) []byte {
		return dgram(1, hostileFlow(flowOpts{1, 1, 2, all32}, repeat(rec(1003, u(9)), n)))
	})
}
