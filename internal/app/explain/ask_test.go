package explain

import (
	"errors"
	"testing"

	"spoor/flow"
)

func TestParse(t *testing.T) {
	key := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40112, DstPort: 5201, Proto: flow.ProtoTCP}
	f := func(what string, want asked) {
		t.Helper()
		if got, err := parse(what); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", what, got, err, want)
		}
	}
	f("fd80419af28b11f8", asked{id: 0xfd80419af28b11f8})
	f(" fd80419af28b11f8-6921196d ", asked{id: 0xfd80419af28b11f8})
	f("10.1.1.1:40112 > 10.2.1.1:5201 tcp", asked{key: key})
	f("10.1.1.1:40112>10.2.1.1:5201 6", asked{key: key})
	key.Proto = 0
	f("10.1.1.1:40112 > 10.2.1.1:5201", asked{key: key, any: true})
	f("10.1.1.1 > 10.2.1.1 icmp", asked{key: flow.Key{Src: key.Src, Dst: key.Dst, Proto: flow.ProtoICMP}})
	f("LinkBusy", asked{is: "LinkBusy"})
	f("pair/10.1.1.1>10.2.1.1", asked{is: "pair/10.1.1.1>10.2.1.1"})
	f("link/leaf1:p49>spine1:p1", asked{is: "link/leaf1:p49>spine1:p1"})
	for _, bad := range []string{"", " ", "x", "fd80419af28b11f", "gd80419af28b11f8", "10.1.1.1 >", "> 10.1.1.1", "a > b", "10.1.1.1 > 10.2.1.1 nothing", "/", "x/", "/x", "1 > 2 > 3"} {
		if _, err := parse(bad); !errors.Is(err, ErrAsked) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("10.1.1.1:40112 > 10.2.1.1:5201 tcp")
	f.Add("fd80419af28b11f8-6921196d")
	f.Add("[fd00::1]:1 > [fd00::2]:2 udp")
	f.Fuzz(func(t *testing.T, what string) {
		q, err := parse(what)
		if err == nil && q == (asked{}) && q.id != 0 {
			t.Errorf("%q: nothing", what)
		}
		if err != nil && !errors.Is(err, ErrAsked) {
			t.Errorf("%q: %v", what, err)
		}
	})
}
