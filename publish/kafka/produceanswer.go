package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
)

// maxProduceAnswer bounds the answer to a produce request; a partition takes 32 bytes
// of it, and some 100 for each record that is refused alone.
const maxProduceAnswer = 16 << 20

// produceAnswer is what a broker said of each item of a request.
type produceAnswer struct{ errs []error }

// ApiKey implements protocol.Message.
func (*produceAnswer) ApiKey() protocol.ApiKey { return protocol.Produce }

var errAnswer = errors.New("malformed answer to a produce request")

// readAnswer reads the answer to request number id. kafka-go's own reader
// believes the lengths in it, whatever they are.
func (r *produceRequest) readAnswer(rw io.Reader, id int32) (*produceAnswer, error) {
	var head [8]byte
	if _, err := io.ReadFull(rw, head[:]); err != nil {
		return nil, fmt.Errorf("answer to a produce request: %w", err)
	}
	size := int64(binary.BigEndian.Uint32(head[:])) - 4
	if size < 0 || size > maxProduceAnswer {
		return nil, fmt.Errorf("%w: it has %d bytes", errAnswer, size)
	}
	if got := int32(binary.BigEndian.Uint32(head[4:])); got != id {
		return nil, fmt.Errorf("%w: it is for request %d instead of %d", errAnswer, got, id)
	}
	var body bytes.Buffer // grows with what comes, not with what is promised
	if _, err := io.CopyN(&body, rw, size); err != nil {
		return nil, fmt.Errorf("answer to a produce request: %w", err)
	}
	a := &produceAnswer{errs: make([]error, len(r.items))}
	for i := range a.errs {
		a.errs[i] = errNoAnswer
	}
	if !r.parse(&answerCursor{b: body.Bytes()}, a.errs) {
		return nil, errAnswer
	}
	return a, nil
}

// parse gives each batch its answer and reports whether all could be read.
// Answers come in the order of the request, but nothing promises it.
func (r *produceRequest) parse(c *answerCursor, errs []error) bool {
	next := 0
	for range c.count() {
		topic := c.text()
		for range c.count() {
			id, code := int32(c.uint32()), int16(c.uint16())
			c.skip(16) // base offset, time of append
			if r.version >= 5 {
				c.skip(8) // start of the log
			}
			var message []byte
			if r.version >= 8 {
				for range c.count() { // of records
					c.skip(4)
					c.text()
				}
				message = c.text()
			}
			if c.bad {
				return false
			}
			for k := range r.items {
				at := (next + k) % len(r.items)
				if it := &r.items[at]; it.partition.id == id && it.topic == string(topic) {
					errs[at] = answer(code, string(message))
					next = at + 1
					break
				}
			}
		}
	}
	return !c.bad
}

// answerCursor reads from b and never beyond it.
type answerCursor struct {
	b   []byte
	bad bool // more was wanted than there is
}

func (c *answerCursor) skip(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.b, c.bad = nil, true
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

func (c *answerCursor) uint16() uint16 {
	if b := c.skip(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *answerCursor) uint32() uint32 {
	if b := c.skip(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// text reads a string that may be null.
func (c *answerCursor) text() []byte {
	n := int16(c.uint16())
	if n < 0 {
		return nil
	}
	return c.skip(int(n))
}

// count reads the length of a list, none of whose elements has less than six
// bytes; a list may be null.
func (c *answerCursor) count() int {
	n := int(int32(c.uint32()))
	if n > len(c.b)/6 {
		c.b, c.bad = nil, true
	}
	if c.bad || n < 0 {
		return 0
	}
	return n
}
