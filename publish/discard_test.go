package publish_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// partitions is how many each topic of the discarding broker has.
const partitions = 4

// discard is a broker that counts records and forgets them. It knows every topic.
type discard struct {
	host    string
	port    int32
	records atomic.Int64
	next    atomic.Int64 // the next producer id
}

// runDiscard serves until its standard input ends. It says first where it
// listens, then at each line how many records came since the last one.
func runDiscard() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().(*net.TCPAddr)
	d := &discard{host: addr.IP.String(), port: int32(addr.Port)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(c)
		}
	}()
	fmt.Println(addr)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(d.records.Swap(0))
	}
	return l.Close()
}

// serve answers what comes over a connection until something is wrong with it.
func (d *discard) serve(c net.Conn) {
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
		if reply, err = d.reply(reply[:0], request); err == nil && len(reply) > 0 {
			_, err = c.Write(reply)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "discarding broker:", err)
			return
		}
	}
}

// reply appends the answer to a request, with its size in front.
func (d *discard) reply(dst, request []byte) ([]byte, error) {
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
	dst = d.answer(req).AppendTo(dst)
	be.PutUint32(dst, uint32(len(dst)-4))
	return dst, nil
}

func (d *discard) answer(req kmsg.Request) kmsg.Response {
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
		d.metadata(req, res.(*kmsg.MetadataResponse))
	case *kmsg.InitProducerIDRequest:
		res.(*kmsg.InitProducerIDResponse).ProducerID = d.next.Add(1)
	case *kmsg.ProduceRequest:
		d.produce(req, res.(*kmsg.ProduceResponse))
	}
	return res
}

func (d *discard) metadata(req *kmsg.MetadataRequest, res *kmsg.MetadataResponse) {
	b := kmsg.NewMetadataResponseBroker()
	b.NodeID, b.Host, b.Port = 1, d.host, d.port
	res.Brokers, res.ControllerID = append(res.Brokers, b), 1
	wanted := req.Topics
	if wanted == nil { // all that there are
		wanted = []kmsg.MetadataRequestTopic{{Topic: new(topic)}}
	}
	for _, t := range wanted {
		topic := kmsg.NewMetadataResponseTopic()
		topic.Topic = t.Topic
		for i := range int32(partitions) {
			p := kmsg.NewMetadataResponseTopicPartition()
			p.Partition, p.Leader, p.Replicas, p.ISR = i, 1, []int32{1}, []int32{1}
			topic.Partitions = append(topic.Partitions, p)
		}
		res.Topics = append(res.Topics, topic)
	}
}

// produce counts the records of each batch, as its header tells them.
func (d *discard) produce(req *kmsg.ProduceRequest, res *kmsg.ProduceResponse) {
	for i := range req.Topics {
		topic := kmsg.NewProduceResponseTopic()
		topic.Topic = req.Topics[i].Topic
		for _, p := range req.Topics[i].Partitions {
			for b := p.Records; len(b) >= 61; b = b[min(len(b), 12+int(binary.BigEndian.Uint32(b[8:]))):] {
				d.records.Add(int64(binary.BigEndian.Uint32(b[57:])))
			}
			answer := kmsg.NewProduceResponseTopicPartition()
			answer.Partition = p.Partition
			topic.Partitions = append(topic.Partitions, answer)
		}
		res.Topics = append(res.Topics, topic)
	}
}
