package sflow

import "spoor/decode/xdr"

// BSTDeviceBuffers is Broadcom's bst_device_buffers (4413:1): use of the shared buffer.
type BSTDeviceBuffers struct {
	UnicastPC   Percentage `sflow:"uc_pc"`
	MulticastPC Percentage `sflow:"mc_pc"`
}

// Parse reads the structure.
func (d *BSTDeviceBuffers) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*d = BSTDeviceBuffers{percentage(&c), percentage(&c)}
	return c.Fault()
}

// BSTPortBuffers is Broadcom's bst_port_buffers (4413:2): use of a port's
// buffers; the lists have a percentage for each queue.
type BSTPortBuffers struct {
	IngressUnicastPC       Percentage  `sflow:"ingress_uc_pc"`
	IngressMulticastPC     Percentage  `sflow:"ingress_mc_pc"`
	EgressUnicastPC        Percentage  `sflow:"egress_uc_pc"`
	EgressMulticastPC      Percentage  `sflow:"egress_mc_pc"`
	EgressQueueUnicastPC   Percentages `sflow:"egress_queue_uc_pc"`
	EgressQueueMulticastPC Percentages `sflow:"egress_queue_mc_pc"`
}

// Parse reads the structure.
func (p *BSTPortBuffers) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*p = BSTPortBuffers{percentage(&c), percentage(&c), percentage(&c), percentage(&c), Percentages(words(&c)), Percentages(words(&c))}
	return c.Fault()
}

// Use is how much of a table is used.
type Use struct {
	Entries uint32
	Max     uint32
}

func use(c *xdr.Cursor) Use { return Use{c.Uint32(), c.Uint32()} }

// HWTables is Broadcom's hw_tables (4413:3): use of the forwarding tables.
type HWTables struct {
	Host          Use
	IPv4          Use `sflow:"ipv4"`
	IPv6          Use `sflow:"ipv6"`
	IPv4IPv6      Use `sflow:"ipv4_ipv6"`
	LongIPv6      Use `sflow:"long_ipv6"`
	Routes        Use
	ECMPNextHops  Use `sflow:"ecmp_nexthops"`
	MAC           Use
	IPv4Neighbors uint32 `sflow:"ipv4_neighbors"`
	IPv6Neighbors uint32 `sflow:"ipv6_neighbors"`
	IPv4Routes    uint32 `sflow:"ipv4_routes"`
	IPv6Routes    uint32 `sflow:"ipv6_routes"`
	ACLIngress    ACLTables
	ACLEgress     ACLTables
}

// ACLTables is how much of the access lists' tables is used in one direction.
type ACLTables struct {
	Entries  Use
	Counters Use
	Meters   Use
	Slices   Use
}

// Parse reads the structure.
func (t *HWTables) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*t = HWTables{
		use(&c), use(&c), use(&c), use(&c), use(&c), use(&c), use(&c), use(&c),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		ACLTables{use(&c), use(&c), use(&c), use(&c)},
		ACLTables{use(&c), use(&c), use(&c), use(&c)},
	}
	return c.Fault()
}

// NVMLGPU is NVIDIA's nvml_gpu (5703:1): the graphics cards of a host together.
type NVMLGPU struct {
	DeviceCount uint32
	Processes   uint32
	GPUTime     uint32 `sflow:"gpu_time"` // ms
	MemTime     uint32 // ms
	MemTotal    uint64 // bytes
	MemFree     uint64
	ECCErrors   uint32 `sflow:"ecc_errors"`
	Energy      uint32 // mJ
	Temperature uint32 // degrees Celsius, the warmest
	FanSpeed    uint32 // percent, the fastest
}

// Parse reads the structure.
func (n *NVMLGPU) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*n = NVMLGPU{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}
