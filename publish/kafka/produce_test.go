package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/protocol"
	"github.com/twmb/franz-go/pkg/kmsg"

	"spoor/publish"
)

// brokerEnd is a broker's end of a connection: it keeps what is written and answers
// each request through reply.
type brokerEnd struct {
	written bytes.Buffer
	reply   func(request []byte) []byte
	left    []byte
}

func (w *brokerEnd) Write(b []byte) (int, error) { return w.written.Write(b) }

func (w *brokerEnd) Read(b []byte) (int, error) {
	if w.left == nil {
		w.left = w.reply(w.written.Bytes())
	}
	if len(w.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, w.left)
	w.left = w.left[n:]
	return n, nil
}

// batchItem is an item with a batch of n bytes.
func batchItem(topic string, id int32, n int) item {
	return item{partition: &partition{id: id}, topic: topic, batch: bytes.Repeat([]byte{byte(id)}, publish.Headroom+n)}
}

// TestProduceRequest reads what we write with franz-go's types, and has them answer.
func TestProduceRequest(t *testing.T) {
	for version := int16(minProduce); version <= maxProduce; version++ {
		r := &produceRequest{acks: -1, timeout: 10_000, client: "spoor", items: []item{
			batchItem("flows", 3, 300_000), batchItem("flows", 5, 17), batchItem("flows", 6, 64<<10), batchItem("alerts", 0, 1),
		}}
		if !r.Required(map[protocol.ApiKey]int16{protocol.Produce: version}) {
			t.Fatal("it does not write itself")
		}
		req := kmsg.NewPtrProduceRequest()
		be := binary.BigEndian
		w := &brokerEnd{reply: func(b []byte) []byte {
			if n := int(be.Uint32(b)); n != len(b)-4 || be.Uint16(b[4:]) != 0 || be.Uint16(b[6:]) != uint16(version) || string(b[12:19]) != "\x00\x05spoor" {
				t.Errorf("version %d: %d bytes, header % x", version, len(b), b[:19])
			}
			req.SetVersion(version)
			if err := req.ReadFrom(b[19:]); err != nil {
				t.Fatal(err)
			}
			res := req.ResponseKind().(*kmsg.ProduceResponse)
			denied, stored := kmsg.NewProduceResponseTopicPartition(), kmsg.NewProduceResponseTopicPartition()
			denied.Partition, denied.ErrorCode, denied.ErrorMessage = 5, 29, new("not you")
			denied.ErrorRecords = []kmsg.ProduceResponseTopicPartitionErrorRecord{{RelativeOffset: 1}, {ErrorMessage: new("nor this")}}
			stored.Partition = 6
			unknown := kmsg.NewProduceResponseTopicPartition()
			unknown.Partition = 77
			res.Topics = []kmsg.ProduceResponseTopic{
				{Topic: "flows", Partitions: []kmsg.ProduceResponseTopicPartition{stored, denied, unknown}}, {Topic: "others", Partitions: nil},
			}
			body := res.AppendTo(nil)
			return append(append(be.AppendUint32(nil, uint32(4+len(body))), b[8:12]...), body...)
		}}
		res, err := r.RawExchange(w)
		if err != nil {
			t.Fatal(err)
		}
		var got []item
		for _, topic := range req.Topics {
			for _, p := range topic.Partitions {
				sum := be.Uint32(p.Records[checksumAt:])
				if want := crc32.Checksum(p.Records[21:], castagnoli); sum != want {
					t.Errorf("checksum %x, want %x", sum, want)
				}
				got = append(got, item{partition: &partition{id: p.Partition}, topic: topic.Topic, batch: p.Records})
			}
		}
		same := func(a, b item) bool {
			return a.topic == b.topic && a.partition.id == b.partition.id &&
				bytes.Equal(a.batch[:checksumAt], b.batch[:checksumAt]) && bytes.Equal(a.batch[21:], b.batch[21:])
		}
		if !slices.EqualFunc(r.items, got, same) {
			t.Errorf("version %d: other batches came than were sent", version)
		}
		if req.Acks != -1 || req.TimeoutMillis != 10_000 || req.TransactionID != nil || len(req.Topics) != 2 {
			t.Errorf("version %d: %d %d %v %d", version, req.Acks, req.TimeoutMillis, req.TransactionID, len(req.Topics))
		}
		errs := res.(*produceAnswer).errs
		if denied := errs[1]; !forbidden(denied) {
			t.Errorf("version %d: %v", version, denied)
		}
		if version == maxProduce && !strings.Contains(errs[1].Error(), "not you") {
			t.Errorf("the broker's own words are lost: %v", errs[1])
		}
		errs[1] = nil
		if want := []error{errNoAnswer, nil, nil, errNoAnswer}; !slices.Equal(errs, want) {
			t.Errorf("version %d: %v", version, errs)
		}
	}
}

// TestProduceRequestPieces: over TCP, where large batches are written from where
// they lie, the same bytes come as by plain writes.
func TestProduceRequestPieces(t *testing.T) {
	r := &produceRequest{acks: -1, client: "spoor", version: maxProduce}
	for i := range 3 * gatherPieces {
		r.items = append(r.items, batchItem("flows", int32(i), (i%5)*gatherBatch))
	}
	for i := range 200 {
		r.items = append(r.items, batchItem(strings.Repeat("x", i), int32(i), i))
	}
	var want bytes.Buffer
	if err := r.write(&want, 7); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan []byte, 1)
	go func() {
		defer close(got)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b, _ := io.ReadAll(c) // what came is compared
		got <- b
	}()
	c, err := new(Security).dialer(time.Minute)(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	pc := protocol.NewConn(c, "spoor")
	if _, ok := wired(pc).(*net.TCPConn); !ok {
		t.Errorf("a connection of ours is written to as %T", wired(pc))
	}
	if err := errors.Join(r.write(pc, 7), pc.Close()); err != nil {
		t.Fatal(err)
	}
	if b := <-got; !bytes.Equal(b, want.Bytes()) {
		t.Errorf("%d other bytes came, want %d", len(b), want.Len())
	}
	if r.write(pc, 8) == nil {
		t.Error("a write to a closed connection passed")
	}
}

// TestProduceRequestFails: what goes wrong with a connection is an error.
func TestProduceRequestFails(t *testing.T) {
	answer := func(b []byte) func([]byte) []byte { return func([]byte) []byte { return b } }
	for name, c := range map[string]struct {
		rw      io.ReadWriter
		version int16
		want    string
	}{
		"old broker":        {&brokerEnd{}, 2, "Kafka 0.11"},
		"no version at all": {&brokerEnd{}, 0, "Kafka 0.11"},
		"another answer":    {&brokerEnd{reply: answer([]byte{0, 0, 0, 12, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0})}, 8, "instead of"},
		"TLS alert":         {&brokerEnd{reply: answer([]byte{0x15, 3, 1, 0, 2, 2, 22})}, 8, "EOF"},
		"half an answer":    {&brokerEnd{reply: answer([]byte{0, 0, 0, 12, 0xff})}, 8, "EOF"},
		"no answer":         {&brokerEnd{reply: answer([]byte{})}, 8, "EOF"},
		"huge answer":       {&brokerEnd{reply: answer([]byte{0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 3, 'a', 'b'})}, 8, "has 2147483643 bytes"},
		"negative answer":   {&brokerEnd{reply: answer([]byte{0, 0, 0, 3, 0, 0, 0, 0})}, 8, "has -1 bytes"},
		"full":              {full{}, 8, "short write"},
	} {
		r := &produceRequest{items: []item{batchItem("flows", 1, 100_000)}, version: c.version}
		res, err := r.RawExchange(c.rw)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v %v", name, res, err)
		}
	}
}

// full takes nothing.
type full struct{ io.Reader }

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestProduceRequestBroker(t *testing.T) {
	cluster := protocol.Cluster{
		Brokers: map[int32]protocol.Broker{1: {ID: 1}, 2: {ID: 2}},
		Topics:  map[string]protocol.Topic{"flows": {Partitions: map[int32]protocol.Partition{0: {Leader: 1}, 1: {Leader: 2}, 2: {Leader: 2}, 3: {Leader: -1}}}},
	}
	for name, c := range map[string]struct {
		items []item
		want  int32
		err   error
		text  string
	}{
		"one leader":   {[]item{batchItem("flows", 1, 0), batchItem("flows", 2, 0)}, 2, nil, ""},
		"two leaders":  {[]item{batchItem("flows", 0, 0), batchItem("flows", 1, 0)}, 1, nil, "leaders 1 and 2"},
		"no leader":    {[]item{batchItem("flows", 3, 0)}, -1, protocol.ErrNoLeader, ""},
		"no partition": {[]item{batchItem("flows", 9, 0)}, -1, protocol.ErrNoPartition, ""},
		"no topic":     {[]item{batchItem("other", 0, 0)}, -1, protocol.ErrNoTopic, ""},
	} {
		b, err := (&produceRequest{items: c.items}).Broker(cluster)
		if wrong := c.err != nil || c.text != ""; b.ID != c.want || (err != nil) != wrong || c.err != nil && !errors.Is(err, c.err) || err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %+v %v", name, b, err)
		}
	}
}

// FuzzProduceAnswer: whatever a broker says, it is an error or an answer for each batch.
func FuzzProduceAnswer(f *testing.F) {
	for version := int16(minProduce); version <= maxProduce; version++ {
		res := kmsg.NewPtrProduceResponse()
		res.SetVersion(version)
		p := kmsg.NewProduceResponseTopicPartition()
		p.Partition, p.ErrorCode, p.ErrorMessage = 1, 2, new("corrupt")
		res.Topics = []kmsg.ProduceResponseTopic{{Topic: "flows", Partitions: []kmsg.ProduceResponseTopicPartition{p}}}
		f.Add(uint8(version), res.AppendTo(nil))
	}
	f.Fuzz(func(t *testing.T, version uint8, body []byte) {
		r := &produceRequest{version: minProduce + int16(version%(maxProduce-minProduce+1)), items: []item{batchItem("flows", 1, 0), batchItem("flows", 2, 0)}}
		in := append(binary.BigEndian.AppendUint32(nil, uint32(4+len(body))), 0, 0, 0, 9)
		a, err := r.readAnswer(bytes.NewReader(append(in, body...)), 9)
		if (a == nil) != (err != nil) || a != nil && len(a.errs) != 2 {
			t.Errorf("%v %v", a, err)
		}
	})
}
