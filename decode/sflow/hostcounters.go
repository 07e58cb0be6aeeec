package sflow

import (
	"iter"
	"math"

	"spoor/decode/xdr"
	"spoor/flow"
)

// HostDescr is host_descr.
type HostDescr struct {
	Hostname    Text
	UUID        [16]byte
	MachineType uint32
	OSName      uint32
	OSRelease   Text
}

// Parse reads the structure.
func (h *HostDescr) Parse(b []byte) xdr.Fault {
	var d flow.HostDescr
	f := ParseHostDescr(b, &d)
	*h = HostDescr{d.Hostname, d.UUID, d.MachineType, d.OSName, d.OSRelease}
	return f
}

// HostAdapters is host_adapters: the adapters as they lie on the wire.
type HostAdapters struct {
	Adapters Adapters
}

// Adapters is a list of adapters as it lies on the wire.
type Adapters []byte

// Parse reads the structure.
func (h *HostAdapters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	n := c.Count(8)
	begin := c.Rest()
	for range n {
		c.Uint32()
		c.Fixed(8 * c.Count(8))
	}
	h.Adapters = begin[:len(begin)-c.Len()]
	return c.Fault()
}

// All gives each adapter's ifIndex and its MAC addresses, 8 bytes each.
func (a Adapters) All() iter.Seq2[uint32, MACs] {
	return func(yield func(uint32, MACs) bool) {
		c := xdr.NewCursor(a)
		for c.Len() > 0 {
			if !yield(c.Uint32(), c.Fixed(8*c.Count(8))) {
				return
			}
		}
	}
}

// MACs is a list of MAC addresses as it lies on the wire.
type MACs []byte

// Len gives the number of addresses.
func (m MACs) Len() int { return len(m) / 8 }

// At gives the address at i.
func (m MACs) At(i int) MAC { return MAC(be.Uint64(m[8*i:]) >> 16) }

// HostCPU is host_cpu. Loads below 0 are unknown, and may be no number at all;
// times are in ms.
type HostCPU struct {
	LoadOne      float32
	LoadFive     float32
	LoadFifteen  float32
	ProcRun      uint32
	ProcTotal    uint32
	CPUNum       uint32
	CPUSpeed     uint32 // MHz
	Uptime       uint32 // s
	CPUUser      uint32
	CPUNice      uint32
	CPUSystem    uint32
	CPUIdle      uint32
	CPUWIO       uint32 `sflow:"cpu_wio"`
	CPUIntr      uint32
	CPUSintr     uint32
	Interrupts   uint32
	Contexts     uint32
	CPUSteal     Optional // agents since 2014 send these three
	CPUGuest     Optional
	CPUGuestNice Optional
}

// Parse reads the structure.
func (h *HostCPU) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HostCPU{
		LoadOne: float(&c), LoadFive: float(&c), LoadFifteen: float(&c),
		ProcRun: c.Uint32(), ProcTotal: c.Uint32(), CPUNum: c.Uint32(), CPUSpeed: c.Uint32(), Uptime: c.Uint32(),
		CPUUser: c.Uint32(), CPUNice: c.Uint32(), CPUSystem: c.Uint32(), CPUIdle: c.Uint32(),
		CPUWIO: c.Uint32(), CPUIntr: c.Uint32(), CPUSintr: c.Uint32(), Interrupts: c.Uint32(), Contexts: c.Uint32(),
	}
	if c.Len() >= 12 {
		h.CPUSteal, h.CPUGuest, h.CPUGuestNice = optional(&c), optional(&c), optional(&c)
	}
	return c.Fault()
}

func float(c *xdr.Cursor) float32 { return math.Float32frombits(c.Uint32()) }

func optional(c *xdr.Cursor) Optional { return Optional{c.Uint32(), true} }

// HostMemory is host_memory, in bytes; pages and swaps are counts.
type HostMemory struct {
	MemTotal   uint64
	MemFree    uint64
	MemShared  uint64
	MemBuffers uint64
	MemCached  uint64
	SwapTotal  uint64
	SwapFree   uint64
	PageIn     uint32
	PageOut    uint32
	SwapIn     uint32
	SwapOut    uint32
}

// Parse reads the structure.
func (h *HostMemory) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HostMemory{
		c.Uint64(), c.Uint64(), c.Uint64(), c.Uint64(), c.Uint64(), c.Uint64(), c.Uint64(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// HostDiskIO is host_disk_io: sizes in bytes, times in ms.
type HostDiskIO struct {
	DiskTotal    uint64
	DiskFree     uint64
	PartMaxUsed  Percentage // of the fullest partition
	Reads        uint32
	BytesRead    uint64
	ReadTime     uint32
	Writes       uint32
	BytesWritten uint64
	WriteTime    uint32
}

// Parse reads the structure.
func (h *HostDiskIO) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HostDiskIO{
		c.Uint64(), c.Uint64(), percentage(&c), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint32(),
	}
	return c.Fault()
}

// HostNetIO is host_net_io: all interfaces of a host together.
type HostNetIO struct {
	BytesIn  uint64
	PktsIn   uint32
	ErrsIn   uint32
	DropsIn  uint32
	BytesOut uint64
	PktsOut  uint32 `sflow:"packets_out"`
	ErrsOut  uint32
	DropsOut uint32
}

// Parse reads the structure.
func (h *HostNetIO) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HostNetIO{c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}
