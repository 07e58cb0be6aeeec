package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// redraw is how often a progress bar is drawn at most.
const redraw = 100 * time.Millisecond

// progress is a bar on a terminal; elsewhere it does nothing.
type progress struct {
	w     io.Writer
	width int // 0 = no terminal
	begin time.Time
	drawn time.Time
	now   func() time.Time
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, begin: time.Now(), now: time.Now}
	if width, ok := terminal(w); ok {
		p.width = width
	}
	return p
}

// show draws how many bytes of a total were read; total 0 is unknown.
func (p *progress) show(read, total int64) {
	now := p.now()
	if p.width == 0 || now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	_, _ = io.WriteString(p.w, "\r"+bar(read, total, now.Sub(p.begin), p.width-1)+"\x1b[K")
}

// clear removes the bar, so that the summary or an error stands alone.
func (p *progress) clear() {
	if p.width != 0 && !p.drawn.IsZero() {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}

// bar is one line of at most width columns:
//
//	[=========>           ]  45%  1.2 of 2.7 MB  3s left
func bar(read, total int64, since time.Duration, width int) string {
	mb := func(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }
	if total <= 0 {
		return cut(fmt.Sprintf("%s MB read", mb(read)), width)
	}
	read = min(read, total)
	share := float64(read) / float64(total)
	tail := fmt.Sprintf(" %3.0f%%  %s of %s MB", 100*share, mb(read), mb(total))
	if share > 0.02 && since > time.Second {
		left := time.Duration(float64(since) * (1 - share) / share)
		tail += fmt.Sprintf("  %v left", left.Round(time.Second))
	}
	room := min(width-len(tail)-2, 40)
	if room < 5 {
		return cut(strings.TrimSpace(tail), width)
	}
	full := int(share * float64(room))
	head := ""
	if full < room {
		head = ">"
	}
	return "[" + strings.Repeat("=", full) + head + strings.Repeat(" ", max(0, room-full-len(head))) + "]" + tail
}

func cut(s string, width int) string { return s[:min(len(s), max(width, 0))] }
