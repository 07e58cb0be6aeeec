package collector

import "net/netip"

// Datagram is one received UDP datagram.
type Datagram struct {
	Payload  []byte         // borrowed until Handler.Datagram returns
	From     netip.AddrPort // source; IPv4-mapped addresses are unmapped, zones are dropped
	Received int64          // Unix ns, by a clock that never goes back (Collector.Now); all datagrams of one read share it
}

// Handler takes the datagrams of one worker. Its methods are called from that
// worker's goroutine only.
type Handler interface {
	// Datagram handles d, which is borrowed until it returns.
	Datagram(d *Datagram)
	// Flush is called at the end of a batch read from the socket, once 256
	// datagrams or those of 5 ms were handed over since the last time, when
	// traffic pauses, every 100 ms while it stays away, and last of all before
	// Run returns.
	Flush()
}
