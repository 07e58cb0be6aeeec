package topology

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/netip"
	"os"
	"time"

	"spoor/flow"
	"spoor/internal/wholefile"
)

// A memory's file has one JSON object a line: a header, then what is known, in
// the form of the topology topic's messages where there is one (docs/interfaces.md,
// section 1) with members of its own beside, then an end with the number of
// lines before it and their CRC-32.
const (
	memoryFormat  = "spoor topology"
	memoryVersion = 1
	maxMemoryFile = 1 << 30 // bytes
)

// ErrMemory is wrapped by every error of a file that holds no memory that can be used.
var ErrMemory = errors.New("no usable memory of the topology")

// line is one line of the file: which members count depends on Kind.
type line struct {
	Kind    string    `json:"kind"` // header, switch, link, host, tunnel, station, end
	Format  string    `json:"format,omitempty"`
	Version int       `json:"version,omitempty"`
	Time    time.Time `json:"time,omitzero"`
	Settled bool      `json:"settled,omitempty"`

	ID       string     `json:"id,omitempty"`
	Agent    string     `json:"agent,omitempty"`
	Switch   string     `json:"switch,omitempty"`
	Name     string     `json:"name,omitempty"`
	Router   bool       `json:"router,omitempty"`
	Given    bool       `json:"given,omitempty"`
	Ports    []linePort `json:"ports,omitempty"`
	A        *linePort  `json:"a,omitempty"`
	B        *linePort  `json:"b,omitempty"`
	Host     string     `json:"host,omitempty"`
	MAC      uint64     `json:"mac_number,omitempty"`
	Switches []string   `json:"switches,omitempty"`
	Flows    uint32     `json:"flows,omitempty"`
	Since    time.Time  `json:"since,omitzero"`
	Seen     time.Time  `json:"seen,omitzero"`
	Bridged  bool       `json:"bridged,omitempty"`
	Hosts    []string   `json:"hosts,omitempty"`
	Entry    string     `json:"entry,omitempty"`
	Sites    []lineSite `json:"sites,omitempty"`
	Rate     uint32     `json:"sampling_rate,omitempty"`

	Lines int    `json:"lines,omitempty"`
	CRC   uint32 `json:"crc32,omitempty"`
}

type linePort struct {
	Agent   string  `json:"agent,omitempty"`
	IfIndex uint32  `json:"ifindex,omitempty"`
	Port    string  `json:"port,omitempty"`
	Speed   float64 `json:"speed_bps,omitempty"`
	Own     uint64  `json:"own_mac_number,omitempty"`
	Far     uint64  `json:"far_mac_number,omitempty"`
	Edge    bool    `json:"edge,omitempty"`

	Seen time.Time `json:"seen,omitzero"`
}

type lineSite struct {
	Agent string   `json:"agent"`
	Ports []uint32 `json:"ifindexes"`
	Only  bool     `json:"only,omitempty"`
}

// Save puts the memory into a file, which appears or is replaced as a whole; one at a time.
func (m *Memory) Save(path string) error {
	if err := wholefile.Write(path, m.write); err != nil {
		return fmt.Errorf("keeping the topology: %w", err)
	}
	return nil
}

func (m *Memory) write(to io.Writer) error {
	w := bufio.NewWriterSize(to, 1<<16)
	sum := crc32.NewIEEE()
	e := json.NewEncoder(io.MultiWriter(w, sum))
	e.SetEscapeHTML(false)
	n := 0
	var err error
	put := func(l *line) {
		if err == nil {
			n++
			err = e.Encode(l)
		}
	}
	put(&line{Kind: "header", Format: memoryFormat, Version: memoryVersion, Time: time.Unix(0, m.Time).UTC(), Settled: m.Settled, Rate: m.Rate})
	for i := range m.Switches {
		s := &m.Switches[i]
		l := line{Kind: "switch", ID: "switch/" + s.Agent.String(), Agent: s.Agent.String(), Switch: s.Hostname, Name: s.Name, Router: s.Router}
		for _, p := range s.Ports {
			l.Ports = append(l.Ports, linePort{IfIndex: p.IfIndex, Port: p.Name, Speed: p.Speed, Own: p.Own, Far: p.Far, Edge: p.Edge, Seen: instant(p.Seen)})
		}
		put(&l)
	}
	for i := range m.Links {
		k := &m.Links[i]
		put(&line{Kind: "link", A: k.A.line(), B: k.B.line(), Since: instant(k.Since), Given: k.Given, Bridged: k.Bridged})
	}
	for i := range m.Hosts {
		h := &m.Hosts[i]
		l := line{Kind: "host", ID: "host/" + h.Host.String(), Host: h.Host.String(), MAC: h.MAC, Flows: h.Flows, Switches: texts(h.Switches), Since: instant(h.Since), Seen: instant(h.Seen)}
		for _, p := range h.Ports {
			l.Ports = append(l.Ports, *p.line())
		}
		put(&l)
	}
	for i := range m.Tunnels {
		t := &m.Tunnels[i]
		put(&line{Kind: "tunnel", ID: "tunnel/" + t.Address.String(), Host: t.Address.String(), Flows: t.Flows, Switches: texts(t.Switches), Seen: instant(t.Seen)})
	}
	for i := range m.Stations {
		put(m.Stations[i].line())
	}
	end := line{Kind: "end", Lines: n, CRC: sum.Sum32()}
	put(&end)
	if err != nil {
		return err
	}
	return w.Flush()
}

func (s *MemoryStation) line() *line {
	l := &line{Kind: "station", MAC: s.MAC, Hosts: texts(s.Hosts), Seen: instant(s.Seen)}
	if !s.Entry.IsZero() {
		l.Entry = s.Entry.String()
	}
	for i := range s.Sites {
		l.Sites = append(l.Sites, lineSite{s.Sites[i].Agent.String(), s.Sites[i].Ports, s.Sites[i].Only})
	}
	return l
}

func (e MemoryEnd) line() *linePort { return &linePort{Agent: e.Agent.String(), IfIndex: e.IfIndex} }

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

func texts(list []flow.Addr) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.String()
	}
	return out
}

// LoadMemory reads a file that Save wrote. An error that wraps ErrMemory says what
// is wrong with the file; one that wraps fs.ErrNotExist that there is none; any other that it could not be read.
func LoadMemory(path string) (*Memory, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("kept topology: %w", err)
	}
	defer func() { _ = f.Close() }() // read only: nothing is lost
	m, err := readMemory(io.LimitReader(f, maxMemoryFile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// readMemory reads lines until the end line, which must fit what came before it.
func readMemory(from io.Reader) (*Memory, error) {
	r := bufio.NewReaderSize(from, 1<<16)
	m := &Memory{}
	sum := crc32.NewIEEE()
	for n := 0; ; n++ {
		b, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) { // of the disk: the file may be good
			return nil, fmt.Errorf("kept topology, line %d: %w", n+1, err)
		}
		if err != nil {
			if n == 0 {
				return nil, fmt.Errorf("%w: it is not a file of this kind", ErrMemory)
			}
			return nil, fmt.Errorf("%w: it was cut off after %d lines", ErrMemory, n)
		}
		var l line
		bad := json.Unmarshal(b, &l)
		switch {
		case n == 0 && (bad != nil || l.Kind != "header" || l.Format != memoryFormat):
			return nil, fmt.Errorf("%w: it is not a file of this kind", ErrMemory)
		case n == 0 && l.Version != memoryVersion:
			return nil, fmt.Errorf("%w: it is of version %d, this program reads version %d", ErrMemory, l.Version, memoryVersion)
		case bad != nil:
			return nil, fmt.Errorf("%w: line %d: %w", ErrMemory, n+1, bad)
		case l.Kind == "end" && (l.Lines != n || l.CRC != sum.Sum32()):
			return nil, fmt.Errorf("%w: its checksum is wrong", ErrMemory)
		case l.Kind == "end":
			if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%w: something follows its end", ErrMemory)
			}
			return m, nil
		}
		_, _ = sum.Write(b) // never fails
		if err := m.add(&l); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrMemory, n+1, err)
		}
	}
}

// add takes one line; lines of a kind that this program does not know are passed over.
func (m *Memory) add(l *line) error {
	var p addresses
	switch l.Kind {
	case "header":
		m.Time, m.Settled, m.Rate = nanos(l.Time), l.Settled, l.Rate
	case "switch":
		s := MemorySwitch{Agent: p.one(l.Agent), Hostname: l.Switch, Name: l.Name, Router: l.Router}
		for _, q := range l.Ports {
			s.Ports = append(s.Ports, MemoryPort{IfIndex: q.IfIndex, Name: q.Port, Speed: q.Speed, Own: q.Own, Far: q.Far, Edge: q.Edge, Seen: nanos(q.Seen)})
		}
		m.Switches = append(m.Switches, s)
	case "link":
		if l.A == nil || l.B == nil {
			return errors.New("a link without two ends")
		}
		m.Links = append(m.Links, MemoryLink{A: p.end(l.A), B: p.end(l.B), Since: nanos(l.Since), Given: l.Given, Bridged: l.Bridged})
	case "host":
		h := MemoryHost{Host: p.one(l.Host), MAC: l.MAC, Flows: l.Flows, Since: nanos(l.Since), Seen: nanos(l.Seen), Switches: p.all(l.Switches)}
		for i := range l.Ports {
			h.Ports = append(h.Ports, p.end(&l.Ports[i]))
		}
		m.Hosts = append(m.Hosts, h)
	case "tunnel":
		m.Tunnels = append(m.Tunnels, MemoryTunnel{Address: p.one(l.Host), Flows: l.Flows, Switches: p.all(l.Switches), Seen: nanos(l.Seen)})
	case "station":
		m.Stations = append(m.Stations, p.station(l))
	}
	return p.err
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// addresses reads addresses and keeps the first error.
type addresses struct{ err error }

func (p *addresses) one(text string) flow.Addr {
	a, err := netip.ParseAddr(text)
	if err != nil && p.err == nil {
		p.err = err
	}
	return flow.AddrFromNetip(a)
}

func (p *addresses) all(list []string) []flow.Addr {
	out := make([]flow.Addr, len(list))
	for i, s := range list {
		out[i] = p.one(s)
	}
	return out
}

func (p *addresses) end(l *linePort) MemoryEnd { return MemoryEnd{p.one(l.Agent), l.IfIndex} }

func (p *addresses) station(l *line) MemoryStation {
	s := MemoryStation{MAC: l.MAC, Hosts: p.all(l.Hosts), Seen: nanos(l.Seen)}
	if l.Entry != "" {
		s.Entry = p.one(l.Entry)
	}
	for _, at := range l.Sites {
		s.Sites = append(s.Sites, MemorySite{p.one(at.Agent), at.Ports, at.Only})
	}
	return s
}
