package file

import (
	"fmt"

	"spoor/proto/flowpb"
	"spoor/publish"
	"spoor/publish/jsonmap"
)

// converter turns records into lines.
type converter struct {
	mappers map[publish.Topic]*jsonmap.Mapper
	out     []byte
}

func newConverter() *converter {
	return &converter{mappers: map[publish.Topic]*jsonmap.Mapper{
		publish.Flows:    jsonmap.New((&flowpb.FlowMessage{}).ProtoReflect().Descriptor(), jsonmap.Camel),
		publish.Counters: jsonmap.New((&flowpb.CountersMessage{}).ProtoReflect().Descriptor(), jsonmap.Camel),
		publish.Drops:    jsonmap.New((&flowpb.DropMessage{}).ProtoReflect().Descriptor(), jsonmap.Camel),
	}}
}

// line gives the record's line with its newline, borrowed until the next call;
// nothing for a tombstone.
func (c *converter) line(t publish.Topic, value []byte) (line []byte, err error) {
	if value == nil {
		return nil, nil
	}
	if m := c.mappers[t]; m == nil {
		c.out = append(c.out[:0], value...)
	} else if c.out, err = m.Append(c.out[:0], value); err != nil {
		return nil, fmt.Errorf("convert a record of %s: %w", t, err)
	}
	c.out = append(c.out, '\n')
	return c.out, nil
}
