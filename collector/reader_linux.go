//nolint:gosec // G103: the kernel's structures are read and written where they lie
package collector

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sharedPort: several sockets can share a port, and the kernel spreads the
// agents over them by source address and port.
const sharedPort = true

// bufferRemedy tells how to raise the limit on socket buffers.
const bufferRemedy = "sysctl -w net.core.rmem_max=%d"

const (
	batchSize   = 64
	controlSize = 32 // one control message of 4 bytes, rounded up
	// bufferSkew sets the buffers' starts apart in the caches' sets, which a
	// stride of exactly 64 KiB would make collide.
	bufferSkew = 1408

	maxNap = time.Millisecond
	minNap = 50 * time.Microsecond

	// While datagrams keep coming the handler gathers what several reads bring, which
	// costs it less: so many datagrams, or what comes in so many ns.
	gatherMost = 256
	gatherFor  = int64(5 * time.Millisecond)
)

// message is the kernel's struct mmsghdr.
type message struct {
	header unix.Msghdr
	length uint32
}

// reader owns one socket: a descriptor outside Go's poller (which would wake us
// for each datagram), read by recvmmsg from a thread of its own.
type reader struct {
	portable

	mu     sync.Mutex // guards fd against stop after close
	fd     int
	closed bool

	size     int // bytes a buffer holds
	slab     []byte
	messages [batchSize]message
	vectors  [batchSize]unix.Iovec
	names    [batchSize]unix.RawSockaddrInet6
	controls [batchSize][controlSize]byte

	gathered int   // datagrams handed over since the latest Flush
	flushed  int64 // when that was, Unix ns

	nap       unix.Timespec // the kernel reads these three
	timeout   unix.Timespec
	waiting   unix.PollFd
	lastDrops uint32
}

// openReaders binds one socket per worker.
func openReaders(c *Collector) ([]*reader, error) {
	sockets, err := openSockets(c.cfg.Address, c.workers, c.cfg.Buffer)
	if err != nil {
		return nil, err
	}
	readers := make([]*reader, len(sockets))
	for i := range sockets {
		readers[i] = newReader(c, &sockets[i])
	}
	return readers, nil
}

func newReader(c *Collector, s *socket) *reader {
	r := &reader{portable: newPortable(c), fd: s.fd, size: c.size}
	r.addr, r.granted, r.dropsKnown = s.addr, s.granted, s.dropsKnown
	r.nap = unix.NsecToTimespec(int64(napFor(s.granted)))
	stride := r.stride()
	r.slab = make([]byte, batchSize*stride)
	for i := range r.messages {
		r.vectors[i].Base = &r.slab[i*stride]
		r.vectors[i].SetLen(c.size)
		h := &r.messages[i].header
		h.Iov = &r.vectors[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Control = &r.controls[i][0]
	}
	r.reset(batchSize)
	return r
}

// stride is from the start of one buffer to that of the next.
func (r *reader) stride() int { return r.size + 1 + bufferSkew }

// napFor gives a nap during which a quarter of a million datagrams a second fill
// at most half of the socket buffer; the kernel charges about 2.3 KB for one of
// 1,300 bytes, against twice the size that it grants.
func napFor(granted int) time.Duration {
	const charge, perSecond = 2304, 250_000
	datagrams := 2 * granted / charge
	return min(max(time.Duration(datagrams/2)*time.Second/perSecond, minNap), maxNap)
}

// run reads until stop. While datagrams come close together it naps between
// batches, which costs a fraction of a wake-up per datagram; else it blocks in poll.
func (r *reader) run(h Handler) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dense := 2 * unix.TimespecToNsec(r.nap)
	var last int64
	for !r.stopping.Load() {
		n, err := r.read(h)
		if err != nil {
			return err
		}
		if n == batchSize {
			continue
		}
		if now := r.datagram.Received; n > 0 && now-last < dense {
			last = now
			_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&r.nap)), 0, 0)
			continue
		}
		last = r.datagram.Received
		if err := r.wait(h); err != nil {
			return err
		}
	}
	return r.drain(h)
}

// read takes one batch without blocking, hands it over, and flushes if enough was
// gathered. The error is final; failures that may pass are counted, and read as no datagrams.
func (r *reader) read(h Handler) (int, error) {
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(r.fd), uintptr(unsafe.Pointer(&r.messages[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, r.readFailed(errno)
	}
	n := int(got)
	r.datagram.Received = r.clock.Now()
	stride := r.stride()
	var t tally
	for i := range n {
		m := &r.messages[i]
		if m.header.Controllen != 0 {
			r.seenDrops(r.controls[i][:m.header.Controllen])
		}
		payload := r.slab[i*stride:][:m.length]
		r.deliver(h, &t, payload, peerAddr(&r.names[i]), m.header.Flags&unix.MSG_TRUNC != 0)
	}
	r.reset(n)
	r.counters.add(&t)
	if r.gathered += n; r.gathered >= gatherMost || r.datagram.Received-r.flushed >= gatherFor {
		r.flush(h)
	}
	return n, nil
}

func (r *reader) readFailed(errno unix.Errno) error {
	switch errno {
	case unix.EAGAIN, unix.EINTR:
		return nil
	case unix.EBADF, unix.ENOTSOCK, unix.EFAULT, unix.EINVAL, unix.ENOSYS:
		return fmt.Errorf("reading datagrams on %s: %w", r.addr, errno)
	}
	r.failed(errno)
	time.Sleep(retryAfter)
	return nil
}

// flush has the handler pass on what it gathered.
func (r *reader) flush(h Handler) {
	r.gathered, r.flushed = 0, r.datagram.Received
	h.Flush()
}

// wait blocks until a datagram or stop, and flushes meanwhile. The first, short
// wait keeps Go's processor: to give it up and get it back costs the runtime ten
// times the wake-up itself, again and again at a few hundred datagrams a second.
func (r *reader) wait(h Handler) error {
	ready, err := r.poll(pauseAfter, true)
	for pause := idleFlush; !ready && err == nil && !r.stopping.Load(); pause = min(2*pause, maxIdle) {
		r.flush(h)
		r.askDrops()
		ready, err = r.poll(pause, false)
	}
	return err
}

// poll waits for a datagram; a signal ends the wait as its time does.
func (r *reader) poll(timeout time.Duration, keep bool) (ready bool, err error) {
	r.waiting = unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN}
	r.timeout = unix.NsecToTimespec(int64(timeout))
	var n uintptr
	var errno unix.Errno
	if keep {
		n, _, errno = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&r.waiting)), 1, uintptr(unsafe.Pointer(&r.timeout)), 0, 0, 0)
	} else {
		n, _, errno = unix.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&r.waiting)), 1, uintptr(unsafe.Pointer(&r.timeout)), 0, 0, 0)
	}
	if errno != 0 && errno != unix.EINTR {
		return false, fmt.Errorf("waiting for datagrams on %s: %w", r.addr, errno)
	}
	return errno == 0 && n > 0, nil
}

// drain reads what the socket holds when it is told to stop.
func (r *reader) drain(h Handler) error {
	end := time.Now().Add(drainFor)
	for time.Now().Before(end) {
		n, err := r.read(h)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	r.flush(h)
	r.askDrops()
	return nil
}

// reset gives the first n headers back to the kernel.
func (r *reader) reset(n int) {
	for i := range n {
		h := &r.messages[i].header
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(controlSize)
		h.Flags = 0
	}
}

// peerAddr reads a raw socket address.
func peerAddr(n *unix.RawSockaddrInet6) netip.AddrPort {
	if n.Family == unix.AF_INET {
		n4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(n))
		return netip.AddrPortFrom(netip.AddrFrom4(n4.Addr), networkOrder(&n4.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(n.Addr).Unmap(), networkOrder(&n.Port))
}

func networkOrder(port *uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(port))[:])
}

// seenDrops reads the drop counter that came with a datagram (SO_RXQ_OVFL).
func (r *reader) seenDrops(control []byte) {
	if len(control) < unix.CmsgLen(4) {
		return
	}
	c := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	if c.Level == unix.SOL_SOCKET && c.Type == unix.SO_RXQ_OVFL {
		r.noteDrops(binary.NativeEndian.Uint32(control[unix.CmsgLen(0):]))
	}
}

// askDrops reads the counter where no datagram brings it: drops at the end of a
// burst would stay unknown until the next one.
func (r *reader) askDrops() {
	if !r.dropsKnown {
		return
	}
	if drops, ok := socketDrops(r.fd); ok {
		r.noteDrops(drops)
	}
}

// noteDrops takes a reading of the kernel's counter, which is cumulative, has 32
// bits and wraps. A reading older than the last one (it was queued with its
// datagram) tells nothing new.
func (r *reader) noteDrops(now uint32) {
	if d := int32(now - r.lastDrops); d > 0 {
		r.lastDrops = now
		r.counters.kernelDrops.Add(uint64(d))
	}
}

// stop wakes the reader and makes it end.
func (r *reader) stop() {
	r.stopping.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		// Linux wakes poll on an unconnected UDP socket too, though it then answers
		// ENOTCONN; where it does not, poll's timeout ends the wait.
		_ = unix.Shutdown(r.fd, unix.SHUT_RD)
	}
}

func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	return unix.Close(r.fd)
}

var processors sync.Mutex

// reserveProcessors raises GOMAXPROCS by the number of readers, since a reader's
// nap holds a processor of Go's scheduler; the result undoes it.
func reserveProcessors(n int) func() {
	change := func(by int) {
		processors.Lock()
		defer processors.Unlock()
		runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0)+by, 1))
	}
	change(n)
	return func() { change(-n) }
}
