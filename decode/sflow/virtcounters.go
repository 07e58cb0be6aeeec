package sflow

import "spoor/decode/xdr"

// OFPort is of_port: the port's number in an OpenFlow switch.
type OFPort struct {
	DatapathID uint64
	PortNo     uint32
}

// Parse reads the structure.
func (o *OFPort) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*o = OFPort{
		c.Uint64(), c.Uint32(),
	}
	return c.Fault()
}

// HostParent is host_parent: the data source of the machine that holds this one.
type HostParent struct {
	ContainerType  uint32
	ContainerIndex uint32
}

// Parse reads the structure.
func (h *HostParent) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HostParent{
		c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// VirtNode is virt_node: a hypervisor. Memory is in bytes.
type VirtNode struct {
	MHz        uint32 `sflow:"mhz"`
	CPUs       uint32 `sflow:"cpus"`
	Memory     uint64
	MemoryFree uint64
	NumDomains uint32
}

// Parse reads the structure.
func (v *VirtNode) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VirtNode{
		c.Uint32(), c.Uint32(), c.Uint64(), c.Uint64(), c.Uint32(),
	}
	return c.Fault()
}

// VirtCPU is virt_cpu: the time of a virtual machine, in ms.
type VirtCPU struct {
	State     uint32
	CPUTime   uint32 `sflow:"cpuTime"`
	NrVirtCPU uint32 `sflow:"nrVirtCpu"`
}

// Parse reads the structure.
func (v *VirtCPU) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VirtCPU{
		c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// VirtMemory is virt_memory, in bytes.
type VirtMemory struct {
	Memory    uint64
	MaxMemory uint64 `sflow:"maxMemory"`
}

// Parse reads the structure.
func (v *VirtMemory) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VirtMemory{
		c.Uint64(), c.Uint64(),
	}
	return c.Fault()
}

// VirtDiskIO is virt_disk_io: sizes in bytes.
type VirtDiskIO struct {
	Capacity   uint64
	Allocation uint64
	Physical   uint64
	RdReq      uint32
	RdBytes    uint64
	WrReq      uint32
	WrBytes    uint64
	Errs       uint32
}

// Parse reads the structure.
func (v *VirtDiskIO) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VirtDiskIO{
		c.Uint64(), c.Uint64(), c.Uint64(), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint64(),
		c.Uint32(),
	}
	return c.Fault()
}

// VirtNetIO is virt_net_io.
type VirtNetIO struct {
	RxBytes   uint64
	RxPackets uint32
	RxErrs    uint32
	RxDrop    uint32
	TxBytes   uint64
	TxPackets uint32
	TxErrs    uint32
	TxDrop    uint32
}

// Parse reads the structure.
func (v *VirtNetIO) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VirtNetIO{
		c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(),
		c.Uint32(),
	}
	return c.Fault()
}

// OVSDPStats is ovs_dp_stats: the flow cache of Open vSwitch.
type OVSDPStats struct {
	Hits     uint32
	Misses   uint32
	Lost     uint32
	MaskHits uint32
	Flows    uint32
	Masks    uint32
}

// Parse reads the structure.
func (o *OVSDPStats) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*o = OVSDPStats{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}
