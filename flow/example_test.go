package flow_test

import (
	"fmt"
	"net/netip"

	"spoor/flow"
)

// Both directions of a conversation are flows of their own and meet in one shard.
func ExampleKey() {
	there := flow.Key{
		Src: flow.AddrFromNetip(netip.MustParseAddr("10.1.1.1")), Dst: flow.AddrFromNetip(netip.MustParseAddr("10.2.1.1")),
		SrcPort: 40112, DstPort: 5201, Proto: flow.ProtoTCP,
	}
	back := there.Reverse()
	fmt.Printf("%s is %016x\n%s is %016x\n", there, there.ID(), back, back.ID())
	fmt.Println("same shard:", there.Exchange() == back.Exchange())
	// Output:
	// 10.1.1.1:40112 > 10.2.1.1:5201 tcp is fd80419af28b11f8
	// 10.2.1.1:5201 > 10.1.1.1:40112 tcp is 64d6c948a95dc8c5
	// same shard: true
}
