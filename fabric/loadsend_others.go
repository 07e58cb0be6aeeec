//go:build !linux

package fabric

import (
	"net"
	"net/netip"
)

// oneSocket sends one datagram after the other.
type oneSocket struct{ conn *net.UDPConn }

func newLoadSocket(to netip.AddrPort) (loadSocket, error) {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return nil, err
	}
	return oneSocket{c}, nil
}

func (s oneSocket) send(batch [][]byte) (int, error) {
	for i, b := range batch {
		if _, err := s.conn.Write(b); err != nil {
			return i, err
		}
	}
	return len(batch), nil
}

func (s oneSocket) close() error { return s.conn.Close() }
