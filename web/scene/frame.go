package scene

import (
	"slices"
	"strconv"
)

// Frame is one second.
type Frame struct {
	N         uint64 // counts up by one from frame to frame
	Time      int64  // Unix s
	Fabric    *Fabric
	Use       []int16 // per mille of the link's speed by direction, -1 unknown
	Lost      []Loss  // directions that discard packets
	Elephants []Elephant
	Health    []byte // JSON values; they are replaced, never changed
	Drops     []byte
	Alerts    []byte
}

// Loss is how many packets a second are discarded on the way into a link.
type Loss struct {
	Direction int
	PerSecond float64
}

// Elephant is one at one moment: the latest message about it, and its rate then.
type Elephant struct {
	Message *Message
	Rate    Rate
}

// Message is what was told of an elephant; it is never changed.
type Message struct {
	Alert  string
	Text   []byte // the message as it is published, without its closing brace, and its moves
	Slot   int
	Active bool
	Ended  int64   // Unix s, 0 while active
	Share  float64 // by Rate.Bits of the message: other rates have shares in proportion
	Bits   float64
}

// Rate is bit/s with its interval.
type Rate struct{ Bits, Low, High float64 }

// Series gives what rates an elephant had until a frame, the newest last, and the
// seconds between two.
type Series func(alert string, until int64) (bits []float32, step int)

// Version is that of the messages.
const Version = 2

// Head is what a full message says of the collector.
type Head struct {
	Collector string
	Version   string
}

// Mark is one bar of the timeline.
type Mark struct {
	Time int64   // Unix s
	Most int16   // of the links between switches, per mille; -1 unknown
	Lost float64 // packets a second
}

// Mark gives the bar of a frame.
func (f *Frame) Mark() Mark {
	m := Mark{Time: f.Time, Most: -1}
	for i := range f.Fabric.Links {
		if f.Fabric.Inner(i) && 2*i+1 < len(f.Use) {
			m.Most = max(m.Most, f.Use[2*i], f.Use[2*i+1])
		}
	}
	for _, l := range f.Lost {
		m.Lost += l.PerSecond
	}
	return m
}

// AppendFull writes all of a frame; use stands for its own where other values
// were sent. Without marks there is no timeline in it.
func (f *Frame) AppendFull(b []byte, h *Head, use []int16, marks []Mark, series Series) []byte {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, Version, 10)
	b = f.begin(append(b, ','))
	b = text(append(b, `,"collector":`...), h.Collector)
	b = text(append(b, `,"version":`...), h.Version)
	b = append(append(b, ','), f.Fabric.text...)
	b = append(b, `,"u":[`...)
	for _, u := range use {
		b = strconv.AppendInt(comma(b), int64(u), 10)
	}
	b = f.lost(append(b, ']'))
	b = append(b, `,"e":[`...)
	for i := range f.Elephants {
		e := &f.Elephants[i]
		bits, step := series(e.Message.Alert, f.Time)
		b = e.append(comma(b), bits, step)
	}
	b = append(b, `],"r":[`...)
	for i := range f.Elephants {
		b = f.Elephants[i].rate(b)
	}
	b = append(b, ']')
	b = member(b, `,"d":`, f.Drops)
	b = member(b, `,"h":`, f.Health)
	b = member(b, `,"a":`, f.Alerts)
	if marks != nil {
		b = append(b, `,"k":[`...)
		for i := range marks {
			b = marks[i].append(comma(b))
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// unmoved: loads that moved by less, in per mille, are not sent again.
const unmoved = 5

// AppendDelta writes what is new in a frame beside the one before, which has the
// same fabric. sent are the loads as they were sent last; they follow.
func (f *Frame) AppendDelta(b []byte, before *Frame, sent []int16, mark *Mark) []byte {
	b = f.begin(append(b, '{'))
	b = append(b, `,"u":[`...)
	for i := 0; i+1 < len(f.Use); i += 2 {
		if moved(f.Use[i], sent[i]) || moved(f.Use[i+1], sent[i+1]) {
			sent[i], sent[i+1] = f.Use[i], f.Use[i+1]
			b = strconv.AppendInt(comma(b), int64(i/2), 10)
			b = strconv.AppendInt(append(b, ','), int64(f.Use[i]), 10)
			b = strconv.AppendInt(append(b, ','), int64(f.Use[i+1]), 10)
		}
	}
	b = f.lost(append(b, ']'))
	b = f.news(b, before)
	if string(f.Drops) != string(before.Drops) {
		b = member(b, `,"d":`, f.Drops)
	}
	if string(f.Health) != string(before.Health) {
		b = member(b, `,"h":`, f.Health)
	}
	if string(f.Alerts) != string(before.Alerts) {
		b = member(b, `,"a":`, f.Alerts)
	}
	if mark != nil {
		b = mark.append(append(b, `,"k":`...))
	}
	return append(b, '}')
}

// news writes the elephants of which something was told since, and the rates of the others.
func (f *Frame) news(b []byte, before *Frame) []byte {
	known := make(map[*Message]struct{}, len(before.Elephants))
	for i := range before.Elephants {
		known[before.Elephants[i].Message] = struct{}{}
	}
	b = append(b, `,"e":[`...)
	for i := range f.Elephants {
		e := &f.Elephants[i]
		if _, ok := known[e.Message]; ok {
			continue
		}
		b = e.append(comma(b), []float32{float32(e.Rate.Bits)}, 1)
	}
	b = append(b, `],"r":[`...)
	for i := range f.Elephants {
		b = f.Elephants[i].rate(b)
	}
	return append(b, ']')
}

func moved(is, was int16) bool {
	return is-was >= unmoved || was-is >= unmoved || (is < 0) != (was < 0)
}

func (f *Frame) begin(b []byte) []byte {
	b = strconv.AppendUint(append(b, `"n":`...), f.N, 10)
	return strconv.AppendInt(append(b, `,"t":`...), f.Time, 10)
}

func (f *Frame) lost(b []byte) []byte {
	b = append(b, `,"x":[`...)
	for _, l := range f.Lost {
		b = strconv.AppendInt(comma(b), int64(l.Direction), 10)
		b = decimal(append(b, ','), l.PerSecond)
	}
	return append(b, ']')
}

func (e *Elephant) append(b []byte, rates []float32, step int) []byte {
	b = append(b, e.Message.Text...)
	b = append(b, `,"rates":[`...)
	for _, r := range rates {
		b = strconv.AppendInt(comma(b), int64(r), 10)
	}
	b = append(b, `],"rates_step":`...)
	return append(strconv.AppendInt(b, int64(step), 10), '}')
}

// rate writes the present figures of an active elephant: name, rate, share, each with its interval.
func (e *Elephant) rate(b []byte) []byte {
	m := e.Message
	if !m.Active || m.Bits <= 0 {
		return b
	}
	b = text(append(comma(b), '['), m.Alert)
	for _, v := range [...]float64{e.Rate.Bits, e.Rate.Low, e.Rate.High} {
		b = strconv.AppendInt(append(b, ','), int64(v), 10)
	}
	for _, v := range [...]float64{e.Rate.Bits, e.Rate.Low, e.Rate.High} {
		b = strconv.AppendFloat(append(b, ','), v*m.Share/m.Bits, 'f', 4, 64)
	}
	return append(b, ']')
}

func (m *Mark) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, '['), m.Time, 10)
	b = strconv.AppendInt(append(b, ','), int64(m.Most), 10)
	return append(decimal(append(b, ','), m.Lost), ']')
}

// member writes a member whose value is JSON already; nothing while there is none.
func member(b []byte, name string, value []byte) []byte {
	if len(value) == 0 {
		return b
	}
	return append(append(b, name...), value...)
}

func decimal(b []byte, v float64) []byte {
	if v == float64(int64(v)) {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'f', 1, 64)
}

// Size is about how many bytes a frame takes beside what it shares with the one before.
func (f *Frame) Size(before *Frame) int {
	n := 200 + 24*len(f.Lost) + 32*len(f.Elephants)
	if before == nil || !slices.Equal(f.Use, before.Use) {
		n += 2 * len(f.Use)
	}
	for _, pair := range [...][2][]byte{{f.Health, health(before)}, {f.Drops, drops(before)}, {f.Alerts, alerts(before)}} {
		if len(pair[0]) > 0 && (len(pair[1]) == 0 || &pair[0][0] != &pair[1][0]) {
			n += len(pair[0])
		}
	}
	if before == nil || f.Fabric != before.Fabric {
		n += len(f.Fabric.text) + 160*len(f.Fabric.Nodes) + 200*len(f.Fabric.Links)
	}
	return n
}

func health(f *Frame) []byte {
	if f == nil {
		return nil
	}
	return f.Health
}

func drops(f *Frame) []byte {
	if f == nil {
		return nil
	}
	return f.Drops
}

func alerts(f *Frame) []byte {
	if f == nil {
		return nil
	}
	return f.Alerts
}
