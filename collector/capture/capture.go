package capture

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"spoor/collector"
)

// DefaultPort is sFlow's registered UDP port.
const DefaultPort = 6343

// Options say what to read.
type Options struct {
	Port uint16 // UDP destination port; 0 takes every datagram
}

// Reader yields the datagrams of several captures in the order of their times.
// Its methods are for one goroutine, but for Progress.
type Reader struct {
	opts    Options
	files   []*file
	last    *file // whose datagram the caller has
	started bool
	clock   int64
	end     error // what Next answers for good
}

// Open opens captures; "-" is standard input. The error is one line and names
// the first file that cannot be read; nothing then stays open.
func Open(paths []string, opts Options) (*Reader, error) {
	if len(paths) == 0 {
		return nil, errors.New("no capture given: name at least one pcap or pcapng file")
	}
	r := &Reader{opts: opts, clock: math.MinInt64}
	for _, path := range paths {
		f, err := open(path, opts)
		if err != nil {
			_ = r.Close() // nothing was written; the first error is the one to tell
			return nil, err
		}
		r.files = append(r.files, f)
	}
	return r, nil
}

// Next gives the next datagram by time; equal times come in the order of the
// files. A time before its predecessor's is lifted to it. The payload is borrowed
// until the next call. At the end comes io.EOF, or the error of the files that
// could not be read to their end, or of a capture without datagrams.
func (r *Reader) Next(d *collector.Datagram) error {
	if r.end != nil {
		return r.end
	}
	r.advance()
	var first *file
	for _, f := range r.files {
		if f.ready && (first == nil || f.datagram.Received < first.datagram.Received) {
			first = f
		}
	}
	r.last = first
	if first == nil {
		r.end = r.conclude()
		return r.end
	}
	*d = first.datagram
	r.clock = max(r.clock, d.Received)
	d.Received = r.clock
	return nil
}

// advance moves on the file that was delivered from; at first, all of them.
func (r *Reader) advance() {
	if r.started {
		if r.last != nil {
			r.last.advance()
		}
		return
	}
	r.started = true
	for _, f := range r.files {
		f.advance()
	}
}

// conclude gives the error at the end.
func (r *Reader) conclude() error {
	var lines []string
	var causes []error
	for _, f := range r.files {
		if f.err != nil {
			lines, causes = append(lines, f.err.Error()), append(causes, f.err)
		}
	}
	if s := r.Stats(); len(causes) == 0 && s.Datagrams == 0 {
		return r.nothing(&s)
	}
	switch len(causes) {
	case 0:
		return io.EOF
	case 1:
		return causes[0]
	}
	return &Error{File: r.files[0].name, line: strings.Join(lines, "; "), cause: errors.Join(causes...)}
}

// ErrNoDatagrams is behind the error of captures that hold no datagram.
var ErrNoDatagrams = errors.New("no datagrams")

// nothing says what there was instead of datagrams to the port.
func (r *Reader) nothing(s *Stats) error {
	name := r.files[0].name
	if n := len(r.files); n > 1 {
		name = fmt.Sprintf("%s and %d more", name, n-1)
	}
	what := "no UDP datagram"
	if r.opts.Port != 0 {
		what += fmt.Sprintf(" to port %d", r.opts.Port)
	}
	seen := fmt.Sprintf("%d packets", s.Packets)
	for _, p := range r.ports() {
		seen += fmt.Sprintf(", %d to port %d", p.n, p.port)
	}
	var todo string
	switch {
	case s.Packets == 0:
		return &Error{File: name, line: name + " holds no packets: was there traffic while it was recorded?", cause: ErrNoDatagrams}
	case s.Skipped.Cut > 0 && s.Skipped.Cut >= s.Skipped.OtherPort:
		seen += fmt.Sprintf(", %d cut short", s.Skipped.Cut)
		todo = "record whole packets (tcpdump -s 0)"
	case s.Skipped.OtherPort > 0:
		todo = "choose it with --port"
	case s.Skipped.Link > 0:
		return &Error{File: name, line: name + " " + unsupportedLink(r.link()).Error(), cause: ErrNoDatagrams}
	default:
		todo = "is it a recording of sFlow?"
	}
	return &Error{File: name, line: fmt.Sprintf("%s in %s (%s): %s", what, name, seen, todo), cause: ErrNoDatagrams}
}

func (r *Reader) link() linkType {
	for _, f := range r.files {
		if f.skipped.Link > 0 {
			return f.link
		}
	}
	return linkEthernet
}

type portCount struct {
	port uint16
	n    uint64
}

// ports gives the three commonest of the ports that datagrams went to instead.
func (r *Reader) ports() []portCount {
	sum := make(map[uint16]uint64)
	for _, f := range r.files {
		for p, n := range f.ports {
			sum[p] += n
		}
	}
	list := make([]portCount, 0, len(sum))
	for p, n := range sum {
		list = append(list, portCount{p, n})
	}
	slices.SortFunc(list, func(a, b portCount) int {
		switch {
		case a.n > b.n:
			return -1
		case a.n < b.n:
			return 1
		}
		return int(a.port) - int(b.port)
	})
	return list[:min(len(list), 3)]
}

// Stats count packets. Packets = Datagrams + all of Skipped but for datagrams
// that are read and wait for their turn, so exactly at the end.
type Stats struct {
	Files     int
	Packets   uint64
	Datagrams uint64
	Skipped   Skipped
}

// Stats sums over the files.
func (r *Reader) Stats() Stats {
	s := Stats{Files: len(r.files)}
	for _, f := range r.files {
		s.Packets += f.packets
		s.Datagrams += f.datagrams
		s.Skipped.add(&f.skipped)
	}
	return s
}

// Progress gives the bytes read so far of the files as they lie on disk, and
// their size, 0 if one of them has none (a pipe). It is safe for concurrent use.
func (r *Reader) Progress() (read, total int64) {
	known := true
	for _, f := range r.files {
		read += f.raw.n.Load()
		total += f.size
		known = known && f.size > 0
	}
	if !known {
		total = 0
	}
	return read, total
}

// Close closes the files.
func (r *Reader) Close() error {
	errs := make([]error, 0, len(r.files))
	for _, f := range r.files {
		errs = append(errs, f.shut())
	}
	return errors.Join(errs...)
}
