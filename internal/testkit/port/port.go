// Package port gives tests ports at which nobody listens, now or later: a port
// that was merely free a moment ago may be another test's by now.
package port

import (
	"net"
	"strconv"
	"testing"
)

// Held gives a TCP address of the loopback at which nobody listens. Until the test
// ends the port is given to no other program; the test itself may listen there,
// again and again.
func Held(tb testing.TB) string {
	tb.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(Number(tb)))
}

// Number is Held's port alone.
func Number(tb testing.TB) int {
	tb.Helper()
	n, release, err := hold()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(release)
	return n
}

// Datagrams gives a UDP address of the loopback at which nobody listens until the
// test ends: its socket takes datagrams from one address alone, which sends none.
func Datagrams(tb testing.TB) string {
	tb.Helper()
	c, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 9})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}
