package fabric

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// maxSockets bounds the sockets of a Sender; more agents than that share them.
const maxSockets = 2048

// Sender is a Sink that sends datagrams over UDP at the pace of real time, each
// agent from a socket of its own. To a collector on 127.0.0.0/8 each agent has
// an address of its own there, where the system lets it; else a port of its own.
type Sender struct {
	ctx     context.Context // a sink's method has none, and waiting must end with the run
	to      netip.AddrPort
	start   int64     // virtual time at which sending begins
	began   time.Time // and the real one
	sockets []*net.UDPConn
	failed  uint64
	refused uint64
	last    error
	timer   *time.Timer
}

// NewSender opens nothing yet but checks that the target can be reached at all.
// start is the run's first moment (Config.Start), which corresponds to now.
func NewSender(ctx context.Context, to netip.AddrPort, start int64) (*Sender, error) {
	s := &Sender{ctx: ctx, to: netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), start: start, began: time.Now()}
	if !to.IsValid() || to.Port() == 0 {
		return nil, fmt.Errorf("send to %v: no address and port of a collector", to)
	}
	if _, err := s.socket(0); err != nil {
		return nil, err
	}
	s.timer = time.NewTimer(time.Hour)
	s.timer.Stop()
	return s, nil
}

// socket gives an agent's socket.
func (s *Sender) socket(number int) (*net.UDPConn, error) {
	number %= maxSockets
	for len(s.sockets) <= number {
		s.sockets = append(s.sockets, nil)
	}
	if c := s.sockets[number]; c != nil {
		return c, nil
	}
	target := net.UDPAddrFromAddrPort(s.to)
	var c *net.UDPConn
	err := errors.ErrUnsupported
	if s.to.Addr().Is4() && s.to.Addr().IsLoopback() {
		own := ipv4(127, 127, byte((number+1)>>8), byte(number+1))
		c, err = net.DialUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(own, 0)), target)
	}
	if err != nil {
		if c, err = net.DialUDP("udp", nil, target); err != nil {
			return nil, fmt.Errorf("send to %v: %w", s.to, err)
		}
	}
	s.sockets[number] = c
	return c, nil
}

// Datagram waits until the datagram's time has come and sends it. That nobody
// listens is no error, as for a real agent: Refused and Failed count.
func (s *Sender) Datagram(d *Datagram) error {
	if wait := time.Duration(d.Time-s.start) - time.Since(s.began); wait > 0 {
		s.timer.Reset(wait)
		select {
		case <-s.timer.C:
		case <-s.ctx.Done():
			s.timer.Stop()
			return fmt.Errorf("sending stopped: %w", s.ctx.Err())
		}
	}
	c, err := s.socket(d.Number)
	if err != nil {
		return err
	}
	if _, err = c.Write(d.Payload); err == nil {
		return nil
	}
	s.last = err
	if errors.Is(err, syscall.ECONNREFUSED) {
		s.refused++
		if _, err = c.Write(d.Payload); err == nil { // the error was about an earlier datagram
			return nil
		}
	}
	s.failed++
	return nil
}

// Refused counts the datagrams of which the system told, one datagram later,
// that nobody listens at the target.
func (s *Sender) Refused() uint64 { return s.refused }

// Failed counts the datagrams that could not be sent, and gives the last reason.
func (s *Sender) Failed() (uint64, error) { return s.failed, s.last }

// Close closes the sockets.
func (s *Sender) Close() error {
	var all []error
	for _, c := range s.sockets {
		if c != nil {
			all = append(all, c.Close())
		}
	}
	s.sockets = nil
	return errors.Join(all...)
}
