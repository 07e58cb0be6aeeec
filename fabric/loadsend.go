package fabric

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// loadBatch is how many datagrams are numbered before they are sent.
const loadBatch = 256

// loadSocket sends datagrams, all that it can with one system call, and gives how
// many went. An error is about the first that did not.
type loadSocket interface {
	send(batch [][]byte) (int, error)
	close() error
}

// Run sends so many datagrams a second to a collector, or as fast as it can with
// 0, until ctx ends, which is no error, or the duration is over, if it is not 0.
// progress, if any, hears of it every now and then.
func (l *Load) Run(ctx context.Context, to netip.AddrPort, perSecond int, duration time.Duration, progress func(LoadStats)) error {
	var sockets [LoadSockets]loadSocket
	defer func() {
		for _, s := range sockets {
			if s != nil {
				_ = s.close() // nothing is held
			}
		}
	}()
	for i := range sockets {
		var err error
		if sockets[i], err = newLoadSocket(to); err != nil {
			return fmt.Errorf("send to %v: %w", to, err)
		}
	}
	began := time.Now()
	batch := make([][]byte, 0, loadBatch)
	list, next := l.once, 0
	if len(list) == 0 {
		list = l.again
	}
	for sent := 0; ctx.Err() == nil; {
		passed := time.Since(began)
		if duration > 0 && passed >= duration {
			break
		}
		n := min(loadBatch, len(list)-next)
		if perSecond > 0 {
			due := int(passed.Seconds()*float64(perSecond)) - sent
			if n = min(n, due); n <= 0 {
				time.Sleep(time.Millisecond)
				continue
			}
		}
		l.sendBatch(&sockets, list[next:next+n], uint32(passed/time.Millisecond), batch)
		sent += n
		if next += n; next == len(list) {
			list, next = l.again, 0
		}
		if progress != nil {
			progress(l.stats)
		}
	}
	return nil
}

// sendBatch numbers datagrams and sends them, those of one socket together.
func (l *Load) sendBatch(sockets *[LoadSockets]loadSocket, list []loaded, uptime uint32, batch [][]byte) {
	for i := 0; i < len(list); {
		socket := list[i].socket
		for batch = batch[:0]; i < len(list) && list[i].socket == socket; i++ {
			batch = append(batch, l.number(&list[i], uptime))
		}
		l.deliver(sockets[socket], batch)
	}
}

// number gives a datagram the next numbers, and counts it.
func (l *Load) number(d *loaded, uptime uint32) []byte {
	be := binary.BigEndian
	b := l.slab[d.at : d.at+d.size : d.at+d.size]
	head := loadHead(b)
	l.streams[d.stream]++
	be.PutUint32(b[head+4:], l.streams[d.stream])
	be.PutUint32(b[head+8:], uptime)
	for _, k := range l.marks[d.marks[0]:d.marks[1]] {
		s := &l.sources[k.source]
		s.sequence++
		be.PutUint32(l.slab[k.at:], s.sequence)
		if k.flow {
			s.pool += s.rate
			be.PutUint32(l.slab[k.at+k.after()+4:], s.pool)
			l.stats.FlowSamples++
		}
	}
	l.stats.Datagrams++
	l.stats.Bytes += uint64(d.size)
	return b
}

// deliver sends all; what cannot be sent is counted and passed over.
func (l *Load) deliver(s loadSocket, batch [][]byte) {
	for refused := false; len(batch) > 0; {
		n, err := s.send(batch)
		batch = batch[n:]
		switch {
		case n > 0 || err == nil:
			refused = false
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EAGAIN):
		case errors.Is(err, syscall.ECONNREFUSED) && !refused: // about an earlier datagram
			l.stats.Refused++
			refused = true
		default:
			l.stats.Failed++
			batch = batch[1:]
		}
	}
}
