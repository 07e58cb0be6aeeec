package forward

import (
	"net"
	"sync"
	"sync/atomic"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Bounds of a batch.
const (
	batchDatagrams = 64
	batchBytes     = 128 << 10 // more than the largest datagram
)

// batch is a row of payloads on their way to all targets; it is not written to
// once it is queued.
type batch struct {
	users atomic.Int32 // targets that still need it
	bytes []byte
	ends  []int // of each payload in bytes
}

func newBatch() *batch {
	return &batch{bytes: make([]byte, 0, batchBytes), ends: make([]int, 0, batchDatagrams)}
}

// release ends one target's use.
func (b *batch) release(free *sync.Pool) {
	if b.users.Add(-1) == 0 {
		b.bytes, b.ends = b.bytes[:0], b.ends[:0]
		free.Put(b)
	}
}

// Sender gathers the datagrams of one worker. On nil it does nothing: a
// forwarder without targets has such ones.
type Sender struct {
	f *Forwarder
	b *batch
}

// Sender gives a sender, one for each worker.
func (f *Forwarder) Sender() *Sender {
	if len(f.targets) == 0 {
		return nil
	}
	return &Sender{f: f}
}

// Add copies a payload, which is borrowed.
func (s *Sender) Add(payload []byte) {
	if s == nil {
		return
	}
	if s.b != nil && (len(s.b.ends) == batchDatagrams || len(s.b.bytes)+len(payload) > batchBytes) {
		s.Flush()
	}
	if s.b == nil {
		s.b = s.f.free.Get().(*batch) //nolint:forcetypeassert // nothing else is put there
	}
	s.b.bytes = append(s.b.bytes, payload...)
	s.b.ends = append(s.b.ends, len(s.b.bytes))
}

// Flush queues what was gathered at every target that has room.
func (s *Sender) Flush() {
	if s == nil || s.b == nil {
		return
	}
	b, n := s.b, uint64(len(s.b.ends))
	s.b = nil
	b.users.Store(int32(len(s.f.targets)))
	for _, t := range s.f.targets {
		select {
		case t.queue <- b:
		default:
			t.full.Add(n)
			b.release(&s.f.free)
		}
	}
}

// outlet is a connected socket.
type outlet struct {
	conn     *net.UDPConn
	write    func([]ipv4.Message) (int, error) // of both families' packages, whose messages are of one type
	messages [batchDatagrams]ipv4.Message
	buffers  [batchDatagrams][1][]byte
}

// sendBuffer is asked for a target's socket.
const sendBuffer = 4 << 20

func newOutlet(conn *net.UDPConn) *outlet {
	_ = conn.SetWriteBuffer(sendBuffer) // the system may grant less: the queue takes what it lacks
	o := &outlet{conn: conn}
	if conn.RemoteAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().Is4() { //nolint:forcetypeassert // what a UDPConn has
		c := ipv4.NewPacketConn(conn)
		o.write = func(m []ipv4.Message) (int, error) { return c.WriteBatch(m, 0) }
	} else {
		c := ipv6.NewPacketConn(conn)
		o.write = func(m []ipv4.Message) (int, error) { return c.WriteBatch(m, 0) }
	}
	for i := range o.messages {
		o.messages[i].Buffers = o.buffers[i][:]
	}
	return o
}

func (o *outlet) close() {
	if o != nil {
		_ = o.conn.Close() // nothing is buffered in it
	}
}

// send gives how many payloads the system took, and the last refusal. The system
// tells of a target that does not listen at the next datagram, which is tried again.
func (o *outlet) send(b *batch) (sent int, err error) {
	begin := 0
	for i, end := range b.ends {
		o.buffers[i][0] = b.bytes[begin:end]
		begin = end
	}
	left, again := o.messages[:len(b.ends)], true
	for len(left) > 0 {
		n, e := o.write(left)
		if n = max(n, 0); n > 0 {
			sent, left, again = sent+n, left[n:], true
			continue
		}
		if err = e; again { // of those before
			again = false
			continue
		}
		left, again = left[1:], true
	}
	return sent, err
}
