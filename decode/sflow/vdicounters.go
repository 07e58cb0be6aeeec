package sflow

import "spoor/decode/xdr"

// VDICounters is vdi_counters: sessions of virtual desktops together; qualities are 0 to 100.
type VDICounters struct {
	SessionsCurrent  uint32
	SessionsTotal    uint32
	SessionsDuration uint32 // s
	RxBytes          uint32
	TxBytes          uint32
	RxPackets        uint32
	TxPackets        uint32
	RxPacketsLost    uint32
	TxPacketsLost    uint32
	RTTMinMS         uint32
	RTTMaxMS         uint32
	RTTAvgMS         uint32
	AudioRxBytes     uint32
	AudioTxBytes     uint32
	AudioTxLimit     uint32 // bit/s
	ImgRxBytes       uint32
	ImgTxBytes       uint32
	ImgFrames        uint32
	ImgQualMin       uint32
	ImgQualMax       uint32
	ImgQualAvg       uint32
	USBRxBytes       uint32
	USBTxBytes       uint32
}

// Parse reads the structure.
func (v *VDICounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VDICounters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}
