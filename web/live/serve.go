package live

import (
	"net/http"
	"strings"
	"time"

	"spoor/web/answer"
	"spoor/web/history"
	"spoor/web/scene"
)

// writeWait is how long one message may take to leave.
const writeWait = 10 * time.Second

// gzipHead begins a gzip stream (RFC 1952): nothing optional, no time. Its end is
// never written, for the stream ends when the page closes.
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// Events answers with the stream of the picture (server-sent events).
func (l *Live) Events(w http.ResponseWriter, r *http.Request) {
	l.Await(r.Context())
	p := l.hub.open(l.full)
	if p == nil {
		w.Header().Set("Retry-After", "2")
		answer.Problem(w, http.StatusServiceUnavailable, "there is nothing to show yet, or too many pages are open")
		return
	}
	defer l.hub.leave(p)
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // the stream lasts longer than a request
	packed := Compressed(r)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.Header().Add("Vary", "Accept-Encoding")
	if packed {
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	if packed {
		if _, err := w.Write(gzipHead); err != nil {
			return
		}
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case m, ok := <-p.queue:
			if !ok {
				return
			}
			_ = rc.SetWriteDeadline(time.Now().Add(writeWait))
			text := m.plain
			if packed {
				text = m.packed
			}
			if _, err := w.Write(text); err != nil {
				return
			}
			if rc.Flush() != nil {
				return
			}
		}
	}
}

// Compressed reports whether a client takes gzip.
func Compressed(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.TrimRight(strings.ToLower(strings.TrimSpace(quality)), "0.") != "q=" // RFC 9110, section 12.4.2: 0 to 0.000
		}
	}
	return false
}

func (l *Live) full(b []byte, f *scene.Frame, use []int16) []byte {
	return f.AppendFull(b, &l.head, use, l.store.Marks(), l.series(f))
}

func (l *Live) series(f *scene.Frame) scene.Series {
	return func(alert string, until int64) ([]float32, int) { return l.herd.series(alert, until, f.Time) }
}

// State gives the picture as it was at a time (Unix s), nil if there is none.
func (l *Live) State(at int64) []byte {
	f, latest := l.store.At(at), l.latest.Load()
	if f == nil || latest == nil {
		return nil
	}
	return f.AppendFull(nil, &l.head, f.Use, nil, l.series(latest))
}

// Course gives what the link at a port carried over the last hour, as history.Store.Link does.
func (l *Live) Course(port string) []history.Point { return l.store.Link(port) }

// PastFlows finds flows of the last hour, as history.Flows.At does.
func (l *Live) PastFlows(at int64, q *history.FlowsQuery) history.FlowsAnswer {
	return l.past.At(at, q)
}

// Rates gives the rates of a flow over the last hour, as history.Flows.Rates does.
func (l *Live) Rates(id uint64) []history.RatePoint { return l.past.Rates(id) }

// Latest gives the newest frame, nil before the first.
func (l *Live) Latest() *scene.Frame { return l.latest.Load() }

// Moves gives the changes of a flow's path until a time (Unix s) that are remembered, the oldest first, as JSON.
func (l *Live) Moves(id uint64, until int64) []byte { return l.herd.movesOf(id, until) }

// Stats counts what the stream did, and what the history takes.
func (l *Live) Stats() Stats {
	s := l.hub.count()
	_, pictures := l.store.Usage()
	_, flows := l.past.Usage()
	s.History = pictures + flows
	return s
}

// Elephants gives the messages about the elephants that are shown at a time (Unix
// s; 0 now): active ones by share, then those that ended, the latest first.
func (l *Live) Elephants(at int64) []scene.Elephant {
	f := l.latest.Load()
	if at != 0 {
		f = l.store.At(at)
	}
	if f == nil {
		return nil
	}
	return f.Elephants
}
