package publish

// Put gives a record that was made elsewhere to the topic flows, so that its way
// to the sink can be compared with that of other publishers.
func (e *Encoder) Put(key, value []byte, received int64) {
	o := &e.lanes[0].flows
	b := o.block(o.place(murmur2(key)), recordSize(key, value, noHeaders), received)
	b.add(received/1e6, key, value, noHeaders)
}

var noHeaders = []byte{0}

// EverydaySamples gives samples as a leaf's agent sends them, and their labels.
var EverydaySamples = everydaySamples
