package simulate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"spoor/fabric"
)

// Options say what to simulate and where it goes: exactly one of To and Pcap is set.
type Options struct {
	Fabric fabric.Config // Start and Truth are set here
	To     string        // collector, host:port
	Pcap   string        // capture to write instead; it must not exist
	Truth  string        // file for the truth, "" = none; it must not exist
	Notice func(line string)
	// Progress, where set, hears of every datagram: the virtual time since the start.
	Progress func(done time.Duration, stats fabric.Stats)
}

// Simulation is a fabric that is ready to run.
type Simulation struct {
	o      Options
	target netip.AddrPort
	began  int64
	fabric *fabric.Fabric
	sink   fabric.Sink
	files  outputs
	sender *fabric.Sender // nil for a capture
	told   struct{ refused, failed bool }
}

// captured is the collector that a capture shows.
var captured = netip.MustParseAddrPort("192.0.2.254:6343")

// New checks the options and builds the fabric. Its errors are about their use;
// nothing is opened yet.
func New(o Options) (*Simulation, error) {
	switch {
	case (o.To == "") == (o.Pcap == ""):
		return nil, errors.New("one of --to HOST:PORT and --pcap FILE is wanted")
	case o.Pcap != "" && o.Fabric.Duration == 0:
		return nil, errors.New("--duration 0 has no end: a capture needs one")
	case o.Pcap != "" && o.Pcap == o.Truth:
		return nil, errors.New("--pcap and --truth name the same file")
	}
	if o.To != "" {
		if err := checkTarget(o.To); err != nil {
			return nil, err
		}
		if o.Fabric.Start != 0 {
			return nil, errors.New("--start is for captures: what is sent, is sent now")
		}
		o.Fabric.Start = time.Now().UnixNano()
	}
	o.Fabric.Truth = o.Truth != ""
	f, err := fabric.New(o.Fabric)
	if err != nil {
		return nil, err
	}
	return &Simulation{o: o, fabric: f, began: f.Now()}, nil
}

// Run simulates until the duration is over or, when it sends, ctx ends, which is
// no error then. A capture that is not finished is removed, and so is its truth.
func (s *Simulation) Run(ctx context.Context) (*Summary, error) {
	begin := time.Now()
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close(false))
	}
	err := s.fabric.Run(ctx, fabric.SinkFunc(s.datagram))
	if s.sender != nil && ctx.Err() != nil {
		err = nil
	}
	if p, ok := s.sink.(*fabric.PcapWriter); ok && err == nil {
		err = p.Flush()
	}
	if err == nil && s.files.truth != nil {
		_, err = s.fabric.Truth().WriteTo(s.files.truth)
	}
	if err == nil {
		err = s.undelivered()
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: nothing was written")
	}
	err = errors.Join(err, s.close(err == nil))
	if err != nil {
		return nil, err
	}
	return s.summary(time.Since(begin)), nil
}

// open opens the files, then the way to the collector.
func (s *Simulation) open(ctx context.Context) (err error) {
	if err := s.files.create(s.o.Pcap, s.o.Truth); err != nil {
		return err
	}
	if s.files.pcap != nil {
		s.sink, err = fabric.NewPcapWriter(s.files.pcap, captured)
		return err
	}
	if s.target, err = resolve(ctx, s.o.To); err != nil {
		return err
	}
	s.sender, err = fabric.NewSender(ctx, s.target, s.began)
	s.sink = s.sender
	return err
}

// checkTarget checks the form of a collector's address.
func checkTarget(to string) error {
	if host, port, err := net.SplitHostPort(to); err != nil || host == "" || port == "" || port == "0" {
		return fmt.Errorf("--to: %q is no HOST:PORT such as 127.0.0.1:6343", to)
	}
	return nil
}

// resolve looks a collector up, preferring IPv4.
func resolve(ctx context.Context, to string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(to)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "udp", service)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--to %s: %w", to, err)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--to %s: %w", to, err)
	}
	best := addrs[0].Unmap()
	for _, a := range addrs {
		if a = a.Unmap(); a.Is4() && !best.Is4() {
			best = a
		}
	}
	return netip.AddrPortFrom(best, uint16(port)), nil
}

// datagram passes one on, and tells once what goes wrong.
func (s *Simulation) datagram(d *fabric.Datagram) error {
	if err := s.sink.Datagram(d); err != nil {
		return err
	}
	if s.o.Progress != nil {
		s.o.Progress(time.Duration(d.Time-s.began), s.fabric.Stats())
	}
	if s.sender == nil {
		return nil
	}
	refused := s.sender.Refused()
	if refused > 0 && !s.told.refused {
		s.told.refused = true
		s.o.Notice(fmt.Sprintf("nobody listens at %s: sending all the same, as a switch would", s.target))
	}
	if n, err := s.sender.Failed(); n > refused && !s.told.failed {
		s.told.failed = true
		s.o.Notice(fmt.Sprintf("%v: going on", err))
	}
	return nil
}

// undelivered is the error of a run that sent nothing at all.
func (s *Simulation) undelivered() error {
	if s.sender == nil {
		return nil
	}
	if n, err := s.sender.Failed(); n > s.sender.Refused() && n == s.fabric.Stats().Datagrams {
		return fmt.Errorf("none of %d datagrams could be sent: %w", n, err)
	}
	return nil
}

// close closes all; what is not good is removed.
func (s *Simulation) close(good bool) error {
	var err error
	if s.sender != nil {
		err = s.sender.Close()
	}
	return errors.Join(err, s.files.close(good))
}
