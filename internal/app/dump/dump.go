package dump

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/decode"
	"spoor/flow"
)

// live marks an argument that is an address to listen on.
const live = "udp://"

var errInterrupted = errors.New("interrupted: not all was shown")

// Options say what to show and how.
type Options struct {
	Sources []string   // captures, "-" for standard input, or one udp://ADDR
	Raw     bool       // each source is the payload of one datagram
	Port    uint16     // UDP destination port in captures; 0 takes every datagram
	Text    bool       // for people, instead of JSON
	Agent   netip.Addr // of this agent alone, if valid
	Kind    string     // samples of this kind alone, if not empty: one of Kinds
	In      io.Reader  // standard input of raw payloads
	Out     io.Writer
	// Listening, where set, is called with the address once a live source is open.
	Listening func(netip.AddrPort)
}

// kinds are the values of Options.Kind with the kinds of sample that each stands for.
var kinds = map[string][]string{
	"flow":    {"flow_sample", "flow_sample_expanded"},
	"counter": {"counters_sample", "counters_sample_expanded"},
	"discard": {"discarded_packet"},
	"unknown": {"unknown", "rtmetric", "rtflow"},
}

// Kinds gives the kinds of sample to choose from, as metrics name them.
func Kinds() []string { return []string{"flow", "counter", "discard", "unknown"} }

// Check finds what is wrong with the options themselves.
func (o *Options) Check() error {
	if o.Kind != "" && kinds[o.Kind] == nil {
		return fmt.Errorf("--kind: %q is none of %s", o.Kind, strings.Join(Kinds(), ", "))
	}
	for _, s := range o.Sources {
		if addr, ok := strings.CutPrefix(s, live); ok {
			if len(o.Sources) > 1 || o.Raw {
				return fmt.Errorf("%s: a live source stands alone, without files and --raw", s)
			}
			if _, err := liveAddress(addr); err != nil {
				return err
			}
		}
	}
	return nil
}

// show writes datagrams.
type show struct {
	o        *Options
	out      *bufio.Writer
	decoder  *decode.Decoder
	meanings meanings
	line     []byte
}

// Run shows all datagrams of the sources, until they end or ctx does.
func Run(ctx context.Context, o *Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	s := &show{o: o, out: bufio.NewWriterSize(o.Out, 64<<10)}
	s.decoder = decode.New(&s.meanings)
	err := s.run(ctx)
	if lost := s.out.Flush(); !errors.Is(err, lost) { // a writer that failed tells it again
		err = errors.Join(err, lost)
	}
	return err
}

func (s *show) run(ctx context.Context) error {
	switch {
	case s.o.Raw:
		return s.payloads(ctx)
	case len(s.o.Sources) == 1 && strings.HasPrefix(s.o.Sources[0], live):
		return s.listen(ctx, strings.TrimPrefix(s.o.Sources[0], live))
	}
	return s.captures(ctx)
}

// captures shows the datagrams of all captures by time.
func (s *show) captures(ctx context.Context) (err error) {
	r, err := capture.Open(s.o.Sources, capture.Options{Port: s.o.Port})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var d collector.Datagram
	for ctx.Err() == nil {
		if err := r.Next(&d); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := s.one(&d); err != nil {
			return err
		}
	}
	return errInterrupted
}

// one shows a datagram unless it was not asked for.
func (s *show) one(d *collector.Datagram) error {
	o, agent, outcome := s.datagram(d)
	if s.o.Agent.IsValid() && flow.AddrFromNetip(s.o.Agent) != agent || s.o.Kind != "" && (outcome == decode.Rejected || !s.choose(o)) {
		return nil
	}
	if s.o.Text {
		s.line = appendText(s.line[:0], "datagram", o, 0)
	} else {
		s.line = append(appendJSON(s.line[:0], o), '\n')
	}
	_, err := s.out.Write(s.line)
	return err
}

// choose leaves the samples of the chosen kind and tells whether there are any.
func (s *show) choose(o object) bool {
	last := &o[len(o)-1]
	all, ok := last.value.(list)
	if !ok {
		return false
	}
	var left list
	for _, e := range all {
		sample, ok := e.(object)
		if !ok {
			continue
		}
		if kind, ok := sample[0].value.(string); ok && slices.Contains(kinds[s.o.Kind], kind) {
			left = append(left, e)
		}
	}
	last.value = left
	return len(left) > 0
}
