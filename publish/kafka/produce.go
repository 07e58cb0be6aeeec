package kafka

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/segmentio/kafka-go/protocol"

	"spoor/publish"
)

// Versions of the produce request that have the form written here: the first
// that takes batches of format v2, and the last before fields of flexible size.
const (
	minProduce = 3
	maxProduce = 8
)

// produceRequest is a produce request for one leader. It writes itself:
// kafka-go's own copies all batches once more before it sends them in pieces.
type produceRequest struct {
	items   []item
	acks    int16
	timeout int32 // ms
	client  string
	version int16
}

// ApiKey implements protocol.Message.
func (*produceRequest) ApiKey() protocol.ApiKey { return protocol.Produce }

// Broker implements protocol.BrokerMessage: the leader of all partitions, as
// the transport knows it, which may be news since the request was made up.
func (r *produceRequest) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	leader := protocol.Broker{ID: -1}
	for i := range r.items {
		it := &r.items[i]
		topic, ok := cluster.Topics[it.topic]
		if !ok {
			return leader, fmt.Errorf("produce: %w", protocol.NewErrNoTopic(it.topic))
		}
		p, ok := topic.Partitions[it.partition.id]
		if !ok {
			return leader, fmt.Errorf("produce: %w", protocol.NewErrNoPartition(it.topic, it.partition.id))
		}
		b, ok := cluster.Brokers[p.Leader]
		switch {
		case !ok:
			return leader, fmt.Errorf("produce: %w", protocol.NewErrNoLeader(it.topic, it.partition.id))
		case i == 0:
			leader = b
		case b.ID != leader.ID:
			return leader, fmt.Errorf("produce: partitions of one request have leaders %d and %d", leader.ID, b.ID)
		}
	}
	return leader, nil
}

// Required implements protocol.RawExchanger.
func (r *produceRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Produce]
	return true
}

// correlation numbers the requests of all connections.
var correlation atomic.Int32

// RawExchange implements protocol.RawExchanger.
func (r *produceRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if r.version < minProduce || r.version > maxProduce {
		return nil, fmt.Errorf("the broker's newest produce request is version %d: Kafka 0.11 or later is needed", r.version)
	}
	id := correlation.Add(1)
	if err := r.write(rw, id); err != nil {
		return nil, err
	}
	a, err := r.readAnswer(rw, id)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// write writes the request with its size in front.
func (r *produceRequest) write(w io.Writer, id int32) error {
	g := newGatherer(w)
	r.head(g, id)
	be := binary.BigEndian
	for i := 0; i < len(r.items) && g.err == nil; {
		n := r.sameTopic(i)
		g.room(2 + math.MaxInt16 + 4)
		g.b = appendString(g.b, r.items[i].topic)
		g.b = be.AppendUint32(g.b, uint32(n))
		for ; n > 0; n-- {
			it := &r.items[i]
			g.room(8 + publish.Headroom)
			g.b = be.AppendUint32(g.b, uint32(it.partition.id))
			g.b = be.AppendUint32(g.b, uint32(len(it.batch)))
			at := len(g.b)
			g.b = append(g.b, it.batch[:publish.Headroom]...)
			be.PutUint32(g.b[at+checksumAt:], checksum(it.batch, it.note))
			g.add(it.batch[publish.Headroom:])
			i++
		}
	}
	return g.end()
}

// head writes what stands before the topics.
func (r *produceRequest) head(g *gatherer, id int32) {
	be := binary.BigEndian
	b := append(g.b, 0, 0, 0, 0) // the size
	b = be.AppendUint16(b, uint16(protocol.Produce))
	b = be.AppendUint16(b, uint16(r.version))
	b = be.AppendUint32(b, uint32(id))
	b = appendString(b, r.client)
	b = be.AppendUint16(b, 0xffff) // no transaction
	b = be.AppendUint16(b, uint16(r.acks))
	b = be.AppendUint32(b, uint32(r.timeout))
	topics, size := r.topics()
	b = be.AppendUint32(b, uint32(topics))
	be.PutUint32(b, uint32(len(b)-4+size))
	g.b = b
}

// topics gives their number and the bytes of the list of them.
func (r *produceRequest) topics() (topics, size int) {
	for i := 0; i < len(r.items); topics++ {
		n := r.sameTopic(i)
		size += 2 + len(r.items[i].topic) + 4
		for ; n > 0; n-- {
			size += 8 + len(r.items[i].batch)
			i++
		}
	}
	return topics, size
}

// sameTopic gives how many items from i on have the same topic: they come by topic.
func (r *produceRequest) sameTopic(i int) int {
	n := 1
	for i+n < len(r.items) && r.items[i+n].topic == r.items[i].topic {
		n++
	}
	return n
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
