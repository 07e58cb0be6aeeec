package sflow

import "spoor/decode/xdr"

// Energy is energy: power that is drawn.
type Energy struct {
	Voltage     uint32 // mV
	Current     uint32 // mA
	RealPower   uint32 // mW
	PowerFactor int32  // hundredths of a percent
	Energy      uint32 // mJ
	Errors      uint32
}

// Parse reads the structure.
func (e *Energy) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = Energy{c.Uint32(), c.Uint32(), c.Uint32(), int32(c.Uint32()), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// Temperature is temperature: temperatures that are measured.
type Temperature struct {
	Minimum int32 // tenths of a degree Celsius
	Maximum int32 // tenths of a degree Celsius
	Errors  uint32
}

// Parse reads the structure.
func (t *Temperature) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*t = Temperature{int32(c.Uint32()), int32(c.Uint32()), c.Uint32()}
	return c.Fault()
}

// Humidity is humidity: relative humidity.
type Humidity struct {
	Relative int32 // percent
}

// Parse reads the structure.
func (h *Humidity) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = Humidity{int32(c.Uint32())}
	return c.Fault()
}

// Fans is fans: the fans together.
type Fans struct {
	Total  uint32
	Failed uint32
	Speed  uint32 // percent
}

// Parse reads the structure.
func (f *Fans) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*f = Fans{c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}
