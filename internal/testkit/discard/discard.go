// Package discard is a Kafka broker that counts records and forgets them, for
// measuring what it costs to publish.
package discard

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Broker is the one broker of its cluster. It knows every topic that it is asked for.
type Broker struct {
	// Failed hears why a connection was ended, nil for nobody. Set it before the
	// first connection.
	Failed func(error)

	listener   net.Listener
	host       string
	port       int32
	partitions int32
	topics     []string
	next       atomic.Int64 // the next producer id

	mu      sync.Mutex
	records map[string]int64 // by topic
}

// Listen starts a broker on a port of the loopback interface whose topics have so
// many partitions. Who asks for all topics is told of these.
func Listen(partitions int32, topics ...string) (*Broker, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("discarding broker: %w", err)
	}
	addr := l.Addr().(*net.TCPAddr)
	b := &Broker{listener: l, host: addr.IP.String(), port: int32(addr.Port), partitions: partitions, topics: topics, records: make(map[string]int64)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.serve(c)
		}
	}()
	return b, nil
}

// Addr gives where it listens, host:port.
func (b *Broker) Addr() string { return b.listener.Addr().String() }

// Take gives how many records came by topic since the last call.
func (b *Broker) Take() map[string]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.records
	b.records = make(map[string]int64)
	return taken
}

// Close takes no more connections.
func (b *Broker) Close() error { return b.listener.Close() }

// serve answers what comes over a connection until something is wrong with it.
func (b *Broker) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 256<<10)
	var request, reply []byte
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint32(size[:]))
		if n > cap(request) {
			request = make([]byte, n)
		}
		request = request[:n]
		if _, err := io.ReadFull(in, request); err != nil {
			return
		}
		var err error
		if reply, err = b.reply(reply[:0], request); err == nil && len(reply) > 0 {
			_, err = c.Write(reply)
		}
		if err != nil {
			if b.Failed != nil {
				b.Failed(err)
			}
			return
		}
	}
}

// reply appends the answer to a request, with its size in front.
func (b *Broker) reply(dst, request []byte) ([]byte, error) {
	if len(request) < 10 {
		return nil, io.ErrUnexpectedEOF
	}
	be := binary.BigEndian
	key, version, correlation, client := be.Uint16(request), be.Uint16(request[2:]), request[4:8], int(int16(be.Uint16(request[8:])))
	body := request[10+min(max(client, 0), len(request)-10):]
	req := kmsg.RequestForKey(int16(key))
	if req == nil {
		return nil, fmt.Errorf("api %d is unknown", key)
	}
	req.SetVersion(int16(version))
	if req.IsFlexible() && len(body) > 0 {
		body = body[1:] // tags: there are none
	}
	if err := req.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("api %d version %d: %w", key, version, err)
	}
	dst = append(append(dst, 0, 0, 0, 0), correlation...)
	if req.IsFlexible() && key != uint16(kmsg.ApiVersions) {
		dst = append(dst, 0)
	}
	dst = b.answer(req).AppendTo(dst)
	be.PutUint32(dst, uint32(len(dst)-4))
	return dst, nil
}

func (b *Broker) answer(req kmsg.Request) kmsg.Response {
	res := req.ResponseKind()
	res.SetVersion(req.GetVersion())
	switch req := req.(type) {
	case *kmsg.ApiVersionsRequest:
		for _, v := range [][3]int16{{0, 3, 8}, {3, 1, 8}, {18, 0, 3}, {19, 0, 4}, {22, 0, 1}, {32, 0, 3}} {
			k := kmsg.NewApiVersionsResponseApiKey()
			k.ApiKey, k.MinVersion, k.MaxVersion = v[0], v[1], v[2]
			r := res.(*kmsg.ApiVersionsResponse)
			r.ApiKeys = append(r.ApiKeys, k)
		}
	case *kmsg.MetadataRequest:
		b.metadata(req, res.(*kmsg.MetadataResponse))
	case *kmsg.InitProducerIDRequest:
		res.(*kmsg.InitProducerIDResponse).ProducerID = b.next.Add(1)
	case *kmsg.ProduceRequest:
		b.produce(req, res.(*kmsg.ProduceResponse))
	}
	return res
}

func (b *Broker) metadata(req *kmsg.MetadataRequest, res *kmsg.MetadataResponse) {
	broker := kmsg.NewMetadataResponseBroker()
	broker.NodeID, broker.Host, broker.Port = 1, b.host, b.port
	res.Brokers, res.ControllerID = append(res.Brokers, broker), 1
	wanted := req.Topics
	if wanted == nil { // all that there are
		for _, name := range b.topics {
			wanted = append(wanted, kmsg.MetadataRequestTopic{Topic: &name})
		}
	}
	for _, t := range wanted {
		topic := kmsg.NewMetadataResponseTopic()
		topic.Topic = t.Topic
		for i := range b.partitions {
			p := kmsg.NewMetadataResponseTopicPartition()
			p.Partition, p.Leader, p.Replicas, p.ISR = i, 1, []int32{1}, []int32{1}
			topic.Partitions = append(topic.Partitions, p)
		}
		res.Topics = append(res.Topics, topic)
	}
}

// produce counts the records of each batch, as its header tells them.
func (b *Broker) produce(req *kmsg.ProduceRequest, res *kmsg.ProduceResponse) {
	for i := range req.Topics {
		topic := kmsg.NewProduceResponseTopic()
		topic.Topic = req.Topics[i].Topic
		for _, p := range req.Topics[i].Partitions {
			n := int64(0)
			for left := p.Records; len(left) >= 61; left = left[min(len(left), 12+int(binary.BigEndian.Uint32(left[8:]))):] {
				n += int64(binary.BigEndian.Uint32(left[57:]))
			}
			b.mu.Lock()
			b.records[req.Topics[i].Topic] += n
			b.mu.Unlock()
			answer := kmsg.NewProduceResponseTopicPartition()
			answer.Partition = p.Partition
			topic.Partitions = append(topic.Partitions, answer)
		}
		res.Topics = append(res.Topics, topic)
	}
}
