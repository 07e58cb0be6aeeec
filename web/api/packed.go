package api

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"

	"spoor/web/live"
)

// leastPacked: answers that are smaller are not compressed.
const leastPacked = 1 << 10

// packed compresses the answers of a handler for those who take it. Answers are
// bounded, so that they are made whole before they leave: a slow reader holds up nobody.
func packed(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := &buffered{ResponseWriter: w, status: http.StatusOK}
		h(b, r)
		text := b.body.Bytes()
		w.Header().Add("Vary", "Accept-Encoding")
		if len(text) >= leastPacked && live.Compressed(r) {
			var small bytes.Buffer
			z, _ := gzip.NewWriterLevel(&small, gzip.BestSpeed) // the level is one that there is
			_, _ = z.Write(text)                                // a buffer takes everything
			_ = z.Close()
			text = small.Bytes()
			w.Header().Set("Content-Encoding", "gzip")
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.WriteHeader(b.status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(text)
		}
	}
}

// buffered keeps an answer.
type buffered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (b *buffered) WriteHeader(status int) { b.status = status }

// Write keeps the body.
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }
