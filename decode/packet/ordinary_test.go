package packet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/packet"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// aroundUDP is outerUDP with a length.
const aroundUDP = `4500 0200 0000 0000 3e 11 0000 0aff0001 0aff0002`

// The headers that are meant to go the short way, and some beside it.
var ordinaries = map[string]string{
	"tcp":       ethIPv4 + ipTCP + tcp,
	"udp":       ethIPv4 + aroundUDP + "c000 0035 0020 0000 0102030405060708",
	"tcp6":      ethIPv6 + ip6TCP + tcp,
	"tag":       "020000000002 020000000001 8100 0fff 0800" + ipTCP + tcp,
	"vxlan":     ethIPv4 + aroundUDP + vxlan + ethIPv4 + ipTCP + tcp,
	"vxlan6":    ethIPv4 + aroundUDP + vxlan + ethIPv6 + ip6TCP + tcp,
	"tag vxlan": "020000000002 020000000001 8100 0fff 0800" + aroundUDP + vxlan + ethIPv4 + ipTCP + tcp,
}

// TestOrdinary gives every byte of them every value, and cuts them everywhere:
// the short way gives what the long one does, whatever it finds in its packet.
func TestOrdinary(t *testing.T) {
	var p flow.Packet // never cleared but where the short way declines
	check := func(h []byte) bool {
		short := packet.Ordinary(h, &p)
		var long flow.Packet
		if packet.DissectLong(h, packet.Ethernet, &long); short && p != long {
			t.Fatalf("% x: by the short way (+):\n%s", h, cmp.Diff(long, p))
		}
		if !short {
			p = flow.Packet{}
			packet.Ordinary(annotated.Bytes(t, ordinaries["tag vxlan"]), &p)
		}
		return short
	}
	for name, text := range ordinaries {
		h := annotated.Bytes(t, text)
		if !check(h) {
			t.Errorf("%s does not go the short way", name)
		}
		for i, b := range h {
			for v := range 256 {
				h[i] = byte(v)
				check(h)
			}
			h[i] = b
			check(h[:i])
		}
		for _, port := range [][2]byte{{0x08, 0x68}, {0x12, 0xb5}, {0x12, 0xb6}, {0x12, 0xb7}, {0x17, 0xc1}, {0x21, 0x18}} {
			for i := 14; i+8 < len(h); i += 2 { // one of these is where UDP has its destination
				at := [2]byte(h[i:])
				copy(h[i:], port[:])
				check(h)
				copy(h[i:], at[:])
			}
		}
	}
}
