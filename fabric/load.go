package fabric

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Load is datagrams that are made in advance and sent again and again, many times
// faster than a fabric can be simulated. Each time their numbers go on as the
// agents' would: sequences of datagrams and samples, sample pools, uptimes. What a
// receiver misses by them was lost.
//
// First go the counters samples that agents send when they start, once; then the
// flow samples, over and over. Sampling rates are such that what the samples say of
// traffic stays what the fabric carries.
type Load struct {
	slab    []byte
	once    []loaded // counters, in order
	again   []loaded // flow samples, in order
	marks   []mark   // of all datagrams
	streams []uint32 // last datagram sequence, by stream
	sources []loadSource
	agents  int
	stats   LoadStats
}

// LoadStats counts what a Load sent.
type LoadStats struct {
	Datagrams   uint64
	FlowSamples uint64
	Bytes       uint64
	Refused     uint64 // nobody listened
	Failed      uint64 // could not be sent
}

// loaded is a datagram in the slab.
type loaded struct {
	at     int
	size   int
	stream int32
	socket int32
	marks  [2]int32 // from, to: of its samples
}

// mark is a sample's place in the slab: its sequence number, which its data source
// and, in a flow sample, sampling rate and pool follow.
type mark struct {
	at       int
	source   int32
	expanded bool
	flow     bool
}

type loadSource struct {
	sequence, pool, rate uint32
}

// LoadSockets is how many sockets a Load sends from: an agent always uses one.
const LoadSockets = 8

// loadStart is how long agents take to send their first counters, with some to spare.
const loadStart = 1200 * time.Millisecond

// errLoaded ends the making of a load.
var errLoaded = errors.New("enough datagrams")

// NewLoad lets a fabric live for a few seconds, or as long as it takes, to fill n
// datagrams with flow samples; cfg's Duration and Truth are not used. The datagrams will be sent at
// about so many a second.
func NewLoad(ctx context.Context, cfg Config, n, perSecond int) (*Load, error) {
	if n < 1 || perSecond < 1 {
		return nil, fmt.Errorf("%w: a load has at least one datagram, and at least one a second", ErrConfig)
	}
	cfg.Duration, cfg.Truth, cfg.Discards = 0, false, 0
	f, err := New(cfg)
	if err != nil {
		return nil, err
	}
	m := loadMaker{Load: &Load{agents: f.Agents()}, fabric: f, want: n, began: f.Now(), streams: make(map[streamKey]int32), sources: make(map[sourceKey]int32)}
	if err := f.Run(ctx, SinkFunc(m.datagram)); !errors.Is(err, errLoaded) {
		return nil, err
	}
	m.scale(float64(n) / time.Duration(max(1, m.last-m.first)).Seconds() / float64(perSecond))
	for part := range slices.Chunk(m.again, loadBatch) {
		slices.SortStableFunc(part, func(a, b loaded) int { return cmp.Compare(a.socket, b.socket) })
	}
	return m.Load, nil
}

// Agents gives how many agents the fabric has.
func (l *Load) Agents() int { return l.agents }

// Datagrams gives how many are sent again and again, and how many samples they hold.
func (l *Load) Datagrams() (datagrams, samples int) {
	for i := range l.again {
		samples += int(l.again[i].marks[1] - l.again[i].marks[0])
	}
	return len(l.again), samples
}

// Stats counts what was sent so far.
func (l *Load) Stats() LoadStats { return l.stats }

type streamKey struct {
	agent netip.Addr
	sub   uint32
}

type sourceKey struct {
	stream int32
	class  uint32 // 0 in the compact form, where index holds it
	index  uint32
	flow   bool
}

// loadMaker fills a Load.
type loadMaker struct {
	*Load
	fabric  *Fabric
	want    int
	began   int64
	first   int64 // when datagrams of flow samples were first taken, and last
	last    int64
	early   int   // datagrams while agents start
	refined int64 // when sampling rates were made finer
	streams map[streamKey]int32
	sources map[sourceKey]int32

	slabAt, marksAt int // from where on done will make a datagram
}

// loadSpan is about how much of the fabric's life flow samples are taken from.
const loadSpan = 5 * time.Second

// datagram takes a datagram of the fabric's: its counters samples while agents
// start, afterwards its flow samples, become one of the load's.
func (m *loadMaker) datagram(d *Datagram) error {
	key := streamKey{d.Agent, d.SubAgent}
	stream, ok := m.streams[key]
	if !ok {
		stream = int32(len(m.Load.streams))
		m.streams[key] = stream
		m.Load.streams = append(m.Load.streams, 0)
	}
	if d.Time-m.began < int64(loadStart) {
		m.early++
		if m.take(d, stream, sampleCounters, sampleExpandedCounters) {
			m.once = append(m.once, m.done(d, stream))
		}
		return nil
	}
	if m.refined == 0 {
		m.refined = d.Time
		m.refine(float64(m.want) / float64(m.early) * loadStart.Seconds() / loadSpan.Seconds())
	}
	if d.Time-m.refined < int64(loadStart) { // there may be samples taken at the old rates in it
		return nil
	}
	if m.first == 0 {
		m.first = d.Time
	}
	if m.take(d, stream, sampleFlow, sampleExpandedFlow) {
		m.again, m.last = append(m.again, m.done(d, stream)), d.Time
	}
	if len(m.again) >= m.want {
		return errLoaded
	}
	return nil
}

// refine divides all sampling rates, so that many datagrams need no long life.
func (m *loadMaker) refine(by float64) {
	if by <= 1 {
		return
	}
	f := m.fabric
	for _, n := range f.net.nodes {
		for _, p := range n.ports {
			p.source.setRate(max(1, uint32(float64(p.source.rate)/by)))
		}
	}
	f.rates++
}

// take copies the header and the samples of two formats, and reports whether
// there was any; done makes a datagram of what was taken since.
func (m *loadMaker) take(d *Datagram, stream int32, compact, expanded uint32) bool {
	be := binary.BigEndian
	m.slabAt, m.marksAt = len(m.slab), len(m.marks)
	head := loadHead(d.Payload)
	m.slab = append(m.slab, d.Payload[:head+16]...)
	for b := d.Payload[head+16:]; len(b) >= 8; {
		format, size := be.Uint32(b), 8+int(be.Uint32(b[4:]))
		if format == compact || format == expanded {
			k := mark{at: len(m.slab) + 8, expanded: format == expanded, flow: compact == sampleFlow}
			k.source = m.source(stream, &k, b[8:])
			m.marks = append(m.marks, k)
			m.slab = append(m.slab, b[:size]...)
		}
		b = b[size:]
	}
	n := len(m.marks) - m.marksAt
	if n == 0 {
		m.slab = m.slab[:m.slabAt]
		return false
	}
	be.PutUint32(m.slab[m.slabAt+head+12:], uint32(n))
	return true
}

// loadHead gives the length of a datagram's header up to the sub-agent.
func loadHead(b []byte) int {
	if binary.BigEndian.Uint32(b[4:]) == 1 {
		return 12
	}
	return 24
}

// source gives the number of a sample's data source.
func (m *loadMaker) source(stream int32, k *mark, body []byte) int32 {
	be := binary.BigEndian
	key := sourceKey{stream: stream, index: be.Uint32(body[4:]), flow: k.flow}
	if k.expanded {
		key.class, key.index = key.index, be.Uint32(body[8:])
	}
	id, ok := m.sources[key]
	if !ok {
		id = int32(len(m.Load.sources))
		m.sources[key] = id
		m.Load.sources = append(m.Load.sources, loadSource{})
	}
	if k.flow {
		m.Load.sources[id].rate = be.Uint32(body[k.after():])
	}
	return id
}

// after gives what follows the data source: the sampling rate of a flow sample.
func (k *mark) after() int {
	if k.expanded {
		return 12
	}
	return 8
}

// done gives the datagram that take took.
func (m *loadMaker) done(d *Datagram, stream int32) loaded {
	return loaded{
		at: m.slabAt, size: len(m.slab) - m.slabAt, stream: stream, socket: int32(d.Number % LoadSockets),
		marks: [2]int32{int32(m.marksAt), int32(len(m.marks))},
	}
}

// scale divides the sampling rates by how many times faster than the fabric's own
// the datagrams will come.
func (m *loadMaker) scale(natural float64) {
	for i := range m.Load.sources {
		s := &m.Load.sources[i]
		s.rate = max(1, uint32(float64(s.rate)*natural+0.5))
	}
	for i := range m.marks {
		if k := &m.marks[i]; k.flow {
			binary.BigEndian.PutUint32(m.slab[k.at+k.after():], m.Load.sources[k.source].rate)
			binary.BigEndian.PutUint32(m.slab[k.at+k.after()+8:], 0) // drops: a count of all that was
		}
	}
}
