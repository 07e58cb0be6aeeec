package sflow

import (
	"iter"
	"math"

	"spoor/decode/xdr"
	"spoor/flow"
)

// Values are the name and value pairs of a RealTime sample as they lie on the wire.
type Values struct {
	b    []byte
	flow bool
}

// RealTime is host-sflow's rtmetric (4300:1002) or rtflow (4300:1003): values
// that some program on a host reports, under names of its own.
type RealTime struct {
	DataSource   Text
	SamplingRate uint32 // rtflow only, as SamplePool is
	SamplePool   uint32
	Values       Values
}

// ParseMetric reads an rtmetric.
func (r *RealTime) ParseMetric(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*r = RealTime{DataSource: c.Opaque()}
	return r.values(&c, false)
}

// ParseFlow reads an rtflow.
func (r *RealTime) ParseFlow(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*r = RealTime{DataSource: c.Opaque(), SamplingRate: c.Uint32(), SamplePool: c.Uint32()}
	return r.values(&c, true)
}

// values finds where the pairs end.
func (r *RealTime) values(c *xdr.Cursor, isFlow bool) xdr.Fault {
	n := c.Count(12)
	begin := c.Rest()
	for range n {
		c.Opaque()
		value(c, isFlow)
	}
	r.Values = Values{begin[:len(begin)-c.Len()], isFlow}
	return c.Fault()
}

// All gives the names and values: Text, MAC, flow.Addr, uint32, uint64, int32, int64, float32 or float64.
func (v Values) All() iter.Seq2[Text, any] {
	return func(yield func(Text, any) bool) {
		c := xdr.NewCursor(v.b)
		for c.Len() > 0 {
			if !yield(c.Opaque(), value(&c, v.flow)) {
				return
			}
		}
	}
}

// value reads a value after its type, whose numbers differ between the two samples.
func value(c *xdr.Cursor, isFlow bool) any {
	kind := c.Uint32()
	if isFlow {
		return flowValue(c, kind)
	}
	switch kind {
	case 0:
		return Text(c.Opaque())
	case 1, 3:
		return c.Uint32()
	case 2, 4:
		return c.Uint64()
	case 5:
		return float(c)
	case 6:
		return math.Float64frombits(c.Uint64())
	}
	c.Fail(xdr.Value)
	return nil
}

func flowValue(c *xdr.Cursor, kind uint32) any {
	switch kind {
	case 0:
		return Text(c.Opaque())
	case 1:
		return mac(c)
	case 2:
		if b := c.Fixed(4); b != nil {
			return flow.AddrFrom4([4]byte(b))
		}
	case 3:
		if b := c.Fixed(16); b != nil {
			return flow.Addr(b)
		}
	case 4:
		return int32(c.Uint32())
	case 5:
		return int64(c.Uint64())
	case 6:
		return float(c)
	case 7:
		return math.Float64frombits(c.Uint64())
	default:
		c.Fail(xdr.Value)
	}
	return nil
}
