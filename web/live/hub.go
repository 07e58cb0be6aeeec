package live

import (
	"bytes"
	"compress/flate"
	"slices"
	"strconv"
	"sync"

	"spoor/web/scene"
)

// Bounds of open pages.
const (
	maxPages = 1000
	backlog  = 16 // messages that a page may be behind: as many seconds
)

// piece is a message as it goes over the wire, shared by all pages and never changed.
type piece struct {
	plain  []byte
	packed []byte // the same as blocks of a deflate stream that refer to nothing before
}

// page is one open stream.
type page struct {
	queue chan *piece // closed when the page is dropped
}

// hub sends each message to all pages.
type hub struct {
	mu     sync.Mutex
	pages  map[*page]struct{}
	frame  *scene.Frame // that was sent last
	sent   []int16      // loads as pages know them
	full   *piece       // of frame, nil until a page wants it
	closed bool
	stats  Stats

	text   []byte
	packed bytes.Buffer
	press  *flate.Writer
}

// Stats counts what the stream did.
type Stats struct {
	Pages    int    // open now
	Opened   uint64 // since the start
	Dropped  uint64 // too slow
	Messages uint64 // made
	Bytes    uint64 // of the messages made, compressed
	Last     int    // bytes of the latest message, compressed
	History  int    // bytes of memory that the last hour takes: pictures, and the largest flows of each time
}

func newHub() *hub {
	press, _ := flate.NewWriter(nil, flate.BestSpeed+2) // the level is one that there is
	return &hub{pages: map[*page]struct{}{}, press: press}
}

// fullWriter writes a frame as a whole.
type fullWriter func(b []byte, f *scene.Frame, use []int16) []byte

// send makes the message of a frame and puts it into the queue of each page; who has no
// room for it is dropped.
func (h *hub) send(f, before *scene.Frame, mark *scene.Mark, full fullWriter) {
	h.mu.Lock()
	defer h.mu.Unlock()
	renewed := before == nil || f.Fabric != before.Fabric || h.frame != before
	h.frame, h.full = f, nil
	if len(h.pages) == 0 || renewed {
		h.sent = append(h.sent[:0], f.Use...)
	}
	if len(h.pages) == 0 {
		return
	}
	var p *piece
	if renewed {
		p = h.whole(full)
	} else {
		h.text = event(h.text[:0], "d", f.N)
		h.text = f.AppendDelta(h.text, before, h.sent, mark)
		p = h.pack()
	}
	for x := range h.pages {
		select {
		case x.queue <- p:
		default:
			h.stats.Dropped++
			h.remove(x)
		}
	}
}

// event begins a message of a stream of server-sent events.
func event(b []byte, name string, n uint64) []byte {
	b = strconv.AppendUint(append(b, "id: "...), n, 10)
	b = append(append(b, "\nevent: "...), name...)
	return append(b, "\ndata: "...)
}

// whole gives the message with all of the latest frame.
func (h *hub) whole(full fullWriter) *piece {
	if h.full == nil {
		h.text = event(append(h.text[:0], "retry: 2000\n"...), "full", h.frame.N)
		h.text = full(h.text, h.frame, h.sent)
		h.full = h.pack()
	}
	return h.full
}

// pack ends the message in text and compresses it.
func (h *hub) pack() *piece {
	h.text = append(h.text, "\n\n"...)
	h.packed.Reset()
	h.press.Reset(&h.packed)
	_, _ = h.press.Write(h.text) // a buffer takes everything
	_ = h.press.Flush()
	h.stats.Messages++
	h.stats.Last = h.packed.Len()
	h.stats.Bytes += uint64(h.packed.Len())
	return &piece{plain: slices.Clone(h.text), packed: bytes.Clone(h.packed.Bytes())}
}

// open adds a page, whose first message is a whole one; nil: there are too many, or
// there is nothing to show yet.
func (h *hub) open(full fullWriter) *page {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.frame == nil || len(h.pages) >= maxPages {
		return nil
	}
	p := &page{queue: make(chan *piece, backlog)}
	p.queue <- h.whole(full)
	h.pages[p] = struct{}{}
	h.stats.Opened++
	return p
}

// leave takes a page off; it may have been dropped before.
func (h *hub) leave(p *page) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(p)
}

func (h *hub) remove(p *page) {
	if _, ok := h.pages[p]; ok {
		delete(h.pages, p)
		close(p.queue)
	}
}

// close ends all streams.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for p := range h.pages {
		h.remove(p)
	}
}

func (h *hub) count() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stats
	s.Pages = len(h.pages)
	return s
}
