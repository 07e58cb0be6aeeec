//go:build !linux

package collector

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// sharedPort: this system does not spread datagrams over sockets that share a port.
const sharedPort = false

// bufferRemedy tells how to raise the limit on socket buffers.
const bufferRemedy = "raise the system's limit for socket buffers to %d"

// reader reads one socket through Go's poller.
type reader struct {
	portable

	conn *net.UDPConn
	buf  []byte
	oob  [0]byte
}

// openReaders binds the one socket.
func openReaders(c *Collector) ([]*reader, error) {
	addr, err := resolveAddress(c.cfg.Address)
	if err != nil {
		return nil, err
	}
	network := "udp"
	if addr.Addr().Is4() {
		network = "udp4" // "udp" would make 0.0.0.0 listen on IPv6 as well
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, listenError(c.cfg.Address, err)
	}
	r := &reader{portable: newPortable(c), conn: conn, buf: make([]byte, c.size)}
	if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		r.addr = local.AddrPort()
	}
	if c.cfg.Buffer > 0 {
		if err := conn.SetReadBuffer(c.cfg.Buffer); err == nil {
			r.granted = c.cfg.Buffer
		} else {
			c.log.Warn("socket buffer refused by the system: bursts may be lost", "asked", c.cfg.Buffer, "error", err)
		}
	}
	return []*reader{r}, nil
}

// run reads one datagram after another until stop.
func (r *reader) run(h Handler) error {
	timeout := pauseAfter
	for !r.stopping.Load() {
		_ = r.conn.SetReadDeadline(time.Now().Add(timeout))
		if r.stopping.Load() { // stop came between: its deadline was overwritten
			break
		}
		ok, err := r.read(h)
		switch {
		case err != nil:
			return err
		case ok:
			timeout = pauseAfter
		default:
			h.Flush()
			timeout = idleFlush
		}
	}
	_ = r.conn.SetReadDeadline(time.Now().Add(drainFor))
	for {
		if ok, err := r.read(h); !ok || err != nil {
			h.Flush()
			return err
		}
	}
}

// read takes one datagram and hands it over; ok is false if none came in time.
func (r *reader) read(h Handler) (ok bool, err error) {
	n, _, flags, from, err := r.conn.ReadMsgUDPAddrPort(r.buf, r.oob[:])
	cut := flags&cutFlag != 0 || errors.Is(err, errCut)
	switch {
	case err == nil || cut:
	case errors.Is(err, os.ErrDeadlineExceeded):
		return false, nil
	case errors.Is(err, net.ErrClosed):
		return false, err
	default:
		r.failed(err)
		time.Sleep(retryAfter)
		return true, nil
	}
	r.datagram.Received = r.clock.Now()
	var t tally
	r.deliver(h, &t, r.buf[:n], netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port()), cut)
	r.counters.add(&t)
	h.Flush()
	return true, nil
}

// stop wakes the reader and makes it end.
func (r *reader) stop() {
	r.stopping.Store(true)
	_ = r.conn.SetReadDeadline(time.Now())
}

func (r *reader) close() error { return r.conn.Close() }

// reserveProcessors has nothing to do: Go's poller holds no processor.
func reserveProcessors(int) func() { return func() {} }
