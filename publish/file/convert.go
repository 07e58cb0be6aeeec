package file

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
	"spoor/publish"
)

// converter turns records into lines.
type converter struct {
	messages map[publish.Topic]proto.Message
	loose    []byte
	out      bytes.Buffer
}

func newConverter() *converter {
	return &converter{messages: map[publish.Topic]proto.Message{
		publish.Flows:    new(flowpb.FlowMessage),
		publish.Counters: new(flowpb.CountersMessage),
		publish.Drops:    new(flowpb.DropMessage),
	}}
}

// line gives the record's line with its newline, borrowed until the next call;
// nothing for a tombstone.
func (c *converter) line(t publish.Topic, value []byte) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	c.out.Reset()
	if m := c.messages[t]; m == nil {
		c.out.Write(value)
	} else if err := c.protobuf(m, value); err != nil {
		return nil, fmt.Errorf("convert a record of %s: %w", t, err)
	}
	c.out.WriteByte('\n')
	return c.out.Bytes(), nil
}

func (c *converter) protobuf(m proto.Message, value []byte) error {
	proto.Reset(m)
	if err := proto.Unmarshal(value, m); err != nil {
		return err
	}
	var err error
	if c.loose, err = (protojson.MarshalOptions{}).MarshalAppend(c.loose[:0], m); err != nil {
		return err
	}
	// protojson spreads white space at random, on purpose.
	return json.Compact(&c.out, c.loose)
}
