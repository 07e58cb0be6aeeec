package decode_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/decode"
)

// mutations is how often each datagram is damaged; many of them take long.
var mutations = flag.Int("mutations", 1, "how often TestMutatedAgainstGoflow2 damages each datagram")

// words are what stands in the lengths, counts and codes of agents that err.
var words = [...]uint32{0, 1, 2, 3, 4, 5, 7, 16, 61, 1000, 1001, 1<<24 + 1, 0x3fffffff, 0x40000100, 0x80000000, 0xc0000001, 1<<31 - 1, 1<<32 - 1}

// mutated gives a damaged copy: words replaced or moved by a little, bytes changed, the end cut or more behind it.
func mutated(r *rand.Rand, payload []byte) []byte {
	b := bytes.Clone(payload)
	for range 1 + r.IntN(3) {
		at := r.IntN(max(len(b)/4, 1)) * 4
		if at+4 > len(b) {
			continue
		}
		switch r.IntN(6) {
		case 0:
			binary.BigEndian.PutUint32(b[at:], words[r.IntN(len(words))])
		case 1:
			binary.BigEndian.PutUint32(b[at:], binary.BigEndian.Uint32(b[at:])+uint32(r.IntN(9))-4)
		case 2:
			b[at+r.IntN(4)] ^= 1 << r.IntN(8)
		case 3:
			b = b[:at]
		case 4:
			b = append(b, make([]byte, r.IntN(24))...)
		case 5:
			b = append(b[:at:at], b[at+4:]...)
		}
	}
	return b
}

// lossy are reasons with which goflow2 is not asked: it allocates by the counts.
var lossy = [...]decode.Reason{decode.ReasonRecordCount, decode.ReasonRecordOverrun, decode.ReasonSampleCount}

// TestMutatedAgainstGoflow2 compares what is made of damaged datagrams. Both say the same of what
// both read; and where goflow2 gives more samples, it read on over a length that we heed.
func TestMutatedAgainstGoflow2(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(*mutations), 7))
	var same, ours, neither, fewer, notAsked int
	theirs := map[decode.Reason]int{}
	check := func(name string, datagrams [][]byte) {
		for i, payload := range datagrams {
			for range *mutations {
				b := mutated(random, payload)
				r, res, stats := decodeAll(b)
				checkResult(t, b, r, res, stats)
				diff, ok := oracle(b, r, res)
				if ok && diff != "" {
					t.Fatalf("%s, datagram %d as %x: %s", name, i, b, diff)
				}
				if ok {
					same++
					continue
				}
				asked := true
				for _, reason := range lossy {
					asked = asked && stats.Reasons[reason] == 0
				}
				var p sflow.Packet
				switch {
				case !asked:
					notAsked++
				case sflow.DecodeMessageVersion(bytes.NewBuffer(b), &p) != nil && res.Outcome == decode.OK:
					ours++
				case res.Outcome == decode.OK:
					same++ // a length that is no multiple of four, or unknown samples
				case p.Version == 0 || len(p.Samples) == 0:
					neither++
				case len(p.Samples) <= res.Flow+res.Counter+res.Discard+res.Unknown:
					fewer++
				case stats.Reasons[decode.ReasonSampleOverrun] > 0:
					theirs[decode.ReasonSampleOverrun]++
				default:
					if theirs[decode.ReasonSampleShort]++; stats.Reasons[decode.ReasonSampleShort] == 0 {
						t.Errorf("%s, datagram %d as %x: %d samples, %+v", name, i, b, len(p.Samples), res)
					}
				}
			}
		}
	}
	for _, name := range captures(t) {
		c := capture(t, name)
		check(name, c[:min(len(c), 300**mutations)])
	}
	for name, datagrams := range publicDatagrams(t) {
		check(name, datagrams)
	}
	for _, c := range hostileCases(t) {
		if len(c.data) < 4096 {
			check(c.name, [][]byte{c.data})
		}
	}
	t.Logf("%d read alike, %d by us alone, %d by neither, %d in part with no sample less, %d with less than goflow2 %v, %d not asked",
		same, ours, neither, fewer, sum(theirs), theirs, notAsked)
}

func sum(counts map[decode.Reason]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
