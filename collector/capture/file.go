package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"spoor/collector"
)

const (
	bufferSize    = 256 << 10
	maxZstdWindow = 128 << 20 // zstd --long
	maxPorts      = 1024      // other UDP ports that are told apart
)

// file reads the datagrams of one capture.
type file struct {
	name string
	opts Options

	raw   *countingReader
	size  int64 // 0 = unknown
	close []func() error
	box   container

	frame    frame
	parts    assembler
	segment  segment
	datagram collector.Datagram // the one to deliver next
	ready    bool
	err      error // why it ended; nil at a proper end

	packets, datagrams uint64
	skipped            Skipped
	ports              map[uint16]uint64
	link               linkType // one that is not supported
}

// countingReader counts what was read of the file itself, for a progress bar.
type countingReader struct {
	r io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// open opens a file and reads its header. The error is one line.
func open(path string, opts Options) (*file, error) {
	f := &file{name: path, opts: opts, ports: make(map[uint16]uint64)}
	if err := f.open(path); err != nil {
		return nil, errors.Join(f.explain(err), f.shut())
	}
	return f, nil
}

func (f *file) open(path string) error {
	if path == "-" {
		f.name = "standard input"
		return f.start(os.Stdin)
	}
	osf, err := os.Open(path)
	if err != nil {
		return err
	}
	f.close = append(f.close, osf.Close)
	info, err := osf.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errDirectory
	}
	if info.Mode().IsRegular() {
		f.size = info.Size()
	}
	return f.start(osf)
}

var (
	errDirectory = errors.New("is a directory")
	errEmpty     = errors.New("is empty")
	errTwice     = errors.New("is compressed twice")
)

// start finds out what r holds.
func (f *file) start(r io.Reader) error {
	f.raw = &countingReader{r: r}
	br := bufio.NewReaderSize(f.raw, bufferSize)
	magic, err := br.Peek(4)
	if len(magic) == 0 {
		if errors.Is(err, io.EOF) {
			return errEmpty
		}
		return err
	}
	inner, err := f.decompress(br, magic)
	if err != nil {
		return err
	}
	f.box, err = openContainer(inner)
	return err
}

func (f *file) decompress(br *bufio.Reader, magic []byte) (*bufio.Reader, error) {
	var r io.Reader
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, err
		}
		r = z // its Close would only repeat the error of the last read
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, err
		}
		f.close, r = append(f.close, func() error { z.Close(); return nil }), z
	default:
		return br, nil
	}
	inner := bufio.NewReaderSize(r, bufferSize)
	if magic, err := inner.Peek(2); len(magic) == 0 && errors.Is(err, io.EOF) {
		return nil, errEmpty
	} else if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return nil, errTwice
	}
	return inner, nil
}

// shut closes what open opened, the last first.
func (f *file) shut() error {
	errs := make([]error, 0, len(f.close))
	for _, v := range slices.Backward(f.close) {
		errs = append(errs, v())
	}
	f.close = nil
	return errors.Join(errs...)
}

// advance makes the next datagram ready; ready is false at the end.
func (f *file) advance() {
	f.ready = false
	for f.err == nil {
		if err := f.box.next(&f.frame); err != nil {
			if !errors.Is(err, io.EOF) {
				f.err = f.explain(err)
			}
			return
		}
		f.packets++
		reason := f.dissect()
		if reason == delivered {
			f.datagrams++
			f.ready = true
			return
		}
		f.skipped.count(reason)
	}
}

// dissect finds the datagram in the frame.
func (f *file) dissect() skip {
	ip, reason := network(f.frame.link, f.frame.data)
	if reason == delivered {
		f.segment.cut = false
		reason = transport(ip, &f.segment)
	}
	if reason != delivered {
		switch {
		case reason == skipLink:
			f.link = f.frame.link
		case reason == skipMalformed && f.frame.cut:
			return skipCut
		}
		return reason
	}
	if f.segment.fragment() && !f.parts.add(&f.segment, f.frame.time) {
		return skipFragment
	}
	from, port, payload, reason := userDatagram(&f.segment)
	if port != 0 && f.opts.Port != 0 && port != f.opts.Port {
		f.seen(port)
		return skipPort
	}
	if reason != delivered {
		return reason
	}
	f.datagram = collector.Datagram{Payload: payload, From: from, Received: f.frame.time}
	return delivered
}

func (f *file) seen(port uint16) {
	if _, ok := f.ports[port]; ok || len(f.ports) < maxPorts {
		f.ports[port]++
	}
}

// explain makes one line of an error: what, where, what to do.
func (f *file) explain(err error) error {
	var bad damageError
	var line string
	switch {
	case errors.As(err, &bad):
		line = fmt.Sprintf("%s %s", f.name, bad)
		if f.packets > 0 {
			line += fmt.Sprintf(" (after %d packets, which were read)", f.packets)
		}
	case errors.Is(err, errCut) && f.box == nil, errors.Is(err, errEmpty):
		line = f.name + " holds no packets: is the recording finished?"
		if f.size == 0 && f.raw != nil && f.raw.n.Load() == 0 {
			line = f.name + " is empty: is the recording finished?"
		}
	case errors.Is(err, errCut):
		line = fmt.Sprintf("%s %s: %d whole packets were read; copy the file again if it should be longer", f.name, errCut, f.packets)
	case errors.Is(err, errNoCapture):
		line = f.name + " is no capture: give pcap or pcapng, plain, gzip or zstd"
	case errors.Is(err, errTwice):
		line = f.name + " is compressed twice: unpack it once"
	case errors.Is(err, errDirectory):
		line = f.name + " is a directory: name the captures in it, such as " + f.name + "/*.pcap"
	case errors.Is(err, fs.ErrNotExist):
		line = f.name + " does not exist: check the path"
	case errors.Is(err, fs.ErrPermission):
		line = f.name + " may not be read: check its permissions"
	case errors.Is(err, io.ErrUnexpectedEOF) && f.packets == 0:
		line = f.name + " ends in the middle of what was compressed, before the first packet: copy the file again"
	default:
		line = fmt.Sprintf("%s cannot be read: %v", f.name, err)
		if f.packets > 0 {
			line += fmt.Sprintf(" (after %d packets, which were read)", f.packets)
		}
	}
	return &Error{File: f.name, line: line, cause: err}
}

// Error is what is wrong with a capture, in one line that says what to do.
type Error struct {
	File  string
	line  string
	cause error
}

// Error gives the line.
func (e *Error) Error() string { return e.line }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }
