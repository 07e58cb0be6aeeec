package flowtable

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/flow"
)

// randomKey gives a key of random addresses and ports.
func randomKey(r *rand.Rand) (k flow.Key) {
	for i := range k.Src {
		k.Src[i], k.Dst[i] = byte(r.Uint32()), byte(r.Uint32())
	}
	k.SrcPort, k.DstPort, k.Proto = uint16(r.Uint32()), uint16(r.Uint32()), uint8(r.Uint32())
	return k
}

// eachBit calls f with the key, one bit of it changed at a time.
func eachBit(k flow.Key, f func(bit int, k *flow.Key)) {
	n := 0
	change := func(flip func(k *flow.Key)) {
		other := k
		flip(&other)
		f(n, &other)
		n++
	}
	for i := range 8 * len(k.Src) {
		change(func(k *flow.Key) { k.Src[i/8] ^= 1 << (i % 8) })
		change(func(k *flow.Key) { k.Dst[i/8] ^= 1 << (i % 8) })
	}
	for i := range 16 {
		change(func(k *flow.Key) { k.SrcPort ^= 1 << i })
		change(func(k *flow.Key) { k.DstPort ^= 1 << i })
	}
	for i := range 8 {
		change(func(k *flow.Key) { k.Proto ^= 1 << i })
	}
}

// TestSameKey: two flows that meet in a bucket with one tag are told apart by any bit of their keys.
func TestSameKey(t *testing.T) {
	k := randomKey(rand.New(rand.NewPCG(1, 2)))
	if same := k; !sameKey(&k, &same) {
		t.Error("a key is not itself")
	}
	eachBit(k, func(bit int, other *flow.Key) {
		if sameKey(&k, other) || sameKey(other, &k) {
			t.Errorf("with bit %d changed it is the same", bit)
		}
	})
}

// TestHashOfEachBit: whichever bit of a key changes, about half of the bits of both words do, over many keys and secrets.
func TestHashOfEachBit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const keys = 64
	flipped, all := map[int][2]int{}, 0
	for range keys {
		s, k := newSecrets([2]uint64{r.Uint64(), r.Uint64()}), randomKey(r)
		h := s.hash(&k)
		if again := s.hash(&k); again != h {
			t.Fatal("a key has two hashes")
		}
		eachBit(k, func(bit int, other *flow.Key) {
			o, n := s.hash(other), flipped[bit]
			n[0] += bits.OnesCount64(h.first ^ o.first)
			n[1] += bits.OnesCount64(h.second ^ o.second)
			flipped[bit] = n
			all++
		})
	}
	for bit, n := range flipped {
		for w := range n {
			if mean := float64(n[w]) / keys; mean < 24 || mean > 40 { // 32 wanted; a mean of so many has a deviation of 0.5
				t.Errorf("bit %d changes %.1f of 64 bits of word %d", bit, mean, w)
			}
		}
	}
	if all != keys*(2*128+32+8) {
		t.Errorf("%d bits were changed", all)
	}
}

// TestHashSpreads: flows as they come (one client and many ports, neighbours, both directions) meet in a bucket no more often than random ones.
func TestHashSpreads(t *testing.T) {
	s := newSecrets([2]uint64{5, 6})
	const buckets, flows = 1 << 8, 1 << 13 // 32 expected in each
	host := func(i int) flow.Addr {
		return flow.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	}
	for name, key := range map[string]func(i int) flow.Key{
		"ports": func(i int) flow.Key {
			return flow.Key{Src: host(1), Dst: host(2), SrcPort: uint16(i), DstPort: 80, Proto: 6}
		},
		"port pairs": func(i int) flow.Key {
			return flow.Key{Src: host(1), Dst: host(2), SrcPort: uint16(i % 91), DstPort: uint16(i / 91), Proto: 17}
		},
		"sources":  func(i int) flow.Key { return flow.Key{Src: host(i), Dst: host(2), Proto: 1} },
		"targets":  func(i int) flow.Key { return flow.Key{Src: host(1), Dst: host(i), Proto: 1} },
		"the same": func(i int) flow.Key { return flow.Key{Src: host(i), Dst: host(i), Proto: 1} },
		"both ways": func(i int) flow.Key {
			k := flow.Key{Src: host(1), Dst: host(2), SrcPort: uint16(i / 2), DstPort: 443, Proto: 6}
			if i%2 > 0 {
				k.Src, k.Dst, k.SrcPort, k.DstPort = k.Dst, k.Src, k.DstPort, k.SrcPort
			}
			return k
		},
	} {
		var load [2][buckets]int
		seen, meet := map[Hash]bool{}, 0
		for i := range flows {
			k := key(i)
			h := s.hash(&k)
			if seen[h] {
				t.Fatalf("%s: two flows have one hash", name)
			}
			seen[h] = true
			a, b := h.first>>56, h.second>>56
			load[0][a]++
			load[1][b]++
			if a == b {
				meet++
			}
		}
		for w := range load {
			for b, n := range load[w] {
				if n > 72 { // seven deviations above the mean
					t.Errorf("%s: %d flows in bucket %d by word %d", name, n, b, w)
				}
			}
		}
		if meet > 80 { // 32 of them by chance
			t.Errorf("%s: %d flows have one bucket instead of two", name, meet)
		}
	}
}

// TestSecrets: both words of the seed make others, all of which are used.
func TestSecrets(t *testing.T) {
	a := newSecrets([2]uint64{1, 2})
	if b, c := newSecrets([2]uint64{2, 2}), newSecrets([2]uint64{1, 3}); a == b || a == c || b == c {
		t.Error("two seeds give the same secrets")
	}
	seen := map[uint64]bool{}
	for _, x := range a {
		if seen[x] || bits.OnesCount64(x) < 12 {
			t.Errorf("secret %x", x)
		}
		seen[x] = true
	}
	k := randomKey(rand.New(rand.NewPCG(7, 8)))
	h := a.hash(&k)
	for i := range a {
		b := a
		b[i]++
		if o := b.hash(&k); o.first == h.first || o.second == h.second {
			t.Errorf("secret %d makes no difference: %x and %x", i, h, o)
		}
	}
}

// TestRoom: a table has at least the slots that were asked for, in whole buckets.
func TestRoom(t *testing.T) {
	for capacity, buckets := range map[int]int{-1: 1, 0: 1, 1: 1, ways: 1, ways + 1: 2, 2 * ways: 2, 1000: 125} {
		s := NewSet(3, capacity, [2]uint64{1, 2})
		for _, tb := range s.Tables {
			if len(tb.buckets) != buckets || len(tb.rooms) != 3*buckets*ways {
				t.Errorf("%d slots wanted: %d buckets, %d slots", capacity, len(tb.buckets), len(tb.rooms))
			}
		}
	}
}

// TestTwoChoices: a new flow goes to the emptier of its buckets once half of the first is used, so that three quarters of a table fill before flows must give way.
func TestTwoChoices(t *testing.T) {
	tb := New(1<<12, [2]uint64{9, 10})
	for i := range 3 << 10 {
		k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), Proto: 6}
		binary.BigEndian.PutUint16(k.Dst[14:], uint16(i*7))
		tb.Get(&k, 1)
	}
	if n := tb.Evictions(); n > 10 {
		t.Errorf("%d flows gave way at three quarters", n)
	}
}

// TestPinnedBucket: where all flows of a new one's first bucket are pinned, one of its second gives way.
func TestPinnedBucket(t *testing.T) {
	tb := New(2*ways, [2]uint64{11, 12})
	r := rand.New(rand.NewPCG(13, 14))
	for tb.live < 2*ways {
		k := randomKey(r)
		tb.Get(&k, 1)
	}
	tries := 0
	for range 100 {
		k := randomKey(r)
		h := tb.secrets.hash(&k)
		first, second := tb.bucket(h.first), tb.bucket(h.second)
		if first == second {
			continue
		}
		tries++
		for lane := range ways {
			tb.Entry(tb.buckets[first].slots[lane]).Flags |= Pinned
			tb.Entry(tb.buckets[second].slots[lane]).Flags &^= Pinned
		}
		var gone []uint32
		tb.OnEvict = func(slot uint32) { gone = append(gone, slot) }
		was := tb.buckets[second].slots
		slot, fresh := tb.Get(&k, 1)
		if !fresh || len(gone) != 1 || gone[0] != slot {
			t.Fatalf("slot %d is new: %v; %v gave way", slot, fresh, gone)
		}
		if !slices.Contains(was[:], slot) {
			t.Fatal("a pinned flow gave way")
		}
	}
	if tries < 20 {
		t.Errorf("%d flows with two buckets", tries)
	}
}
