package dump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"spoor/collector"
	"spoor/collector/capture"
)

// maxPayload is the most that a UDP datagram can carry.
const maxPayload = 65535

// liveBuffer is the socket buffer of a live source: bursts wait there while lines are written.
const liveBuffer = 8 << 20

// payloads shows each source as one datagram.
func (s *show) payloads(ctx context.Context) error {
	for _, name := range s.o.Sources {
		if ctx.Err() != nil {
			return errInterrupted
		}
		b, err := s.payload(name)
		if err != nil {
			return err
		}
		if err := s.one(&collector.Datagram{Payload: b}); err != nil {
			return err
		}
	}
	return nil
}

// payload reads one source whole.
func (s *show) payload(name string) ([]byte, error) {
	in := s.o.In
	if name == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // read only: nothing is lost
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxPayload+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxPayload {
		return nil, fmt.Errorf("%s is longer than the payload of a datagram can be: is it a capture? Then leave --raw away", name)
	}
	return b, nil
}

// liveAddress reads what follows udp://: a port, an address, or both.
func liveAddress(text string) (netip.AddrPort, error) {
	host, port := text, strconv.Itoa(capture.DefaultPort)
	if h, p, err := net.SplitHostPort(text); err == nil {
		host, port = h, p
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%s%s: %q is no port", live, text, port)
	}
	if host == "" {
		return netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(n)), nil
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%s%s: %q is no address of this machine: udp://127.0.0.1:6343 or udp://:6343 would be", live, text, host)
	}
	return netip.AddrPortFrom(a, uint16(n)), nil
}

// listen shows what arrives until ctx ends, which is no error.
func (s *show) listen(ctx context.Context, text string) error {
	at, err := liveAddress(text)
	if err != nil {
		return err
	}
	network := "udp"
	if at.Addr().Is4() {
		network = "udp4"
	}
	local := net.UDPAddrFromAddrPort(at)
	if at.Addr().IsUnspecified() && at.Addr().Is6() {
		local.IP = nil // both versions of IP, or the one that there is
	}
	conn, err := net.ListenUDP(network, local)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s%s is taken by another program: if that is the collector, stop it for as long, or let the switch send to another port too", live, text)
	}
	if err != nil {
		return fmt.Errorf("listen on %s%s: %w", live, text, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes the reader
	defer func() {
		if stop() {
			_ = conn.Close()
		}
	}()
	_ = conn.SetReadBuffer(liveBuffer) // as much of it as the system grants
	if s.o.Listening != nil {
		s.o.Listening(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	}
	buf := make([]byte, maxPayload)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) && ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listen on %s%s: %w", live, text, err)
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if err := s.one(&collector.Datagram{Payload: buf[:n], From: from, Received: time.Now().UnixNano()}); err != nil {
			return err
		}
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
}
