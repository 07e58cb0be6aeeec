package kafka

import (
	"io"
	"net"
	"sync"
)

// wire is a connection that takes several pieces in one system call. kafka-go
// hands on no more of a connection than its methods: the address says which it is.
type wire struct{ *net.TCPConn }

type wireAddr struct {
	net.Addr
	conn *net.TCPConn
}

// LocalAddr implements net.Conn.
func (w wire) LocalAddr() net.Addr { return wireAddr{w.TCPConn.LocalAddr(), w.TCPConn} }

// wired gives what the connection is best written to.
func wired(w io.Writer) io.Writer {
	if c, ok := w.(interface{ LocalAddr() net.Addr }); ok {
		if a, ok := c.LocalAddr().(wireAddr); ok {
			return a.conn
		}
	}
	return w
}

const (
	gatherBytes  = 64 << 10 // of what is copied, for one write
	gatherPieces = 64       // of one write
	gatherBatch  = 16 << 10 // less is copied, more is written from where it lies
)

// gatherer writes small and large pieces in few system calls and keeps the
// first error.
type gatherer struct {
	w      io.Writer
	b      []byte      // what is copied; it never moves
	at     int         // from where it is in no piece yet
	pieces [][]byte    // in order
	left   net.Buffers // scratch of flush
	err    error
}

var gatherers = sync.Pool{New: func() any {
	return &gatherer{b: make([]byte, 0, gatherBytes), pieces: make([][]byte, 0, gatherPieces)}
}}

func newGatherer(w io.Writer) *gatherer {
	g := gatherers.Get().(*gatherer)
	g.w = wired(w)
	return g
}

// room makes room in b for n bytes, which gatherBytes holds.
func (g *gatherer) room(n int) {
	if len(g.b)+n > gatherBytes {
		g.flush()
	}
}

// add takes a piece; a large one is borrowed until it is written.
func (g *gatherer) add(p []byte) {
	if len(p) <= gatherBatch {
		g.room(len(p))
		g.b = append(g.b, p...)
		return
	}
	g.cut()
	if g.pieces = append(g.pieces, p); len(g.pieces) >= gatherPieces-1 {
		g.flush()
	}
}

// cut makes a piece of what was copied.
func (g *gatherer) cut() {
	if g.at < len(g.b) {
		g.pieces = append(g.pieces, g.b[g.at:])
		g.at = len(g.b)
	}
}

func (g *gatherer) flush() {
	g.cut()
	if g.left = g.pieces; g.err == nil && len(g.left) > 0 {
		_, g.err = g.left.WriteTo(g.w)
	}
	clear(g.pieces)
	g.b, g.at, g.pieces, g.left = g.b[:0], 0, g.pieces[:0], nil
}

// end writes what is left and ends the gatherer's life.
func (g *gatherer) end() error {
	g.flush()
	err := g.err
	g.w, g.err = nil, nil
	gatherers.Put(g)
	return err
}
