package sflow

import "spoor/decode/xdr"

// JVMRuntime is jvm_runtime: a Java virtual machine.
type JVMRuntime struct {
	VMName    Text
	VMVendor  Text
	VMVersion Text
}

// Parse reads the structure.
func (j *JVMRuntime) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*j = JVMRuntime{c.Opaque(), c.Opaque(), c.Opaque()}
	return c.Fault()
}

// JVMStatistics is jvm_statistics: state of a Java virtual machine; times are in ms.
type JVMStatistics struct {
	HeapInitial      uint64
	HeapUsed         uint64
	HeapCommitted    uint64
	HeapMax          uint64
	NonHeapInitial   uint64
	NonHeapUsed      uint64
	NonHeapCommitted uint64
	NonHeapMax       uint64
	GCCount          uint32
	GCTime           uint32
	ClassesLoaded    uint32
	ClassesTotal     uint32
	ClassesUnloaded  uint32
	CompilationTime  uint32
	ThreadNumLive    uint32
	ThreadNumDaemon  uint32
	ThreadNumStarted uint32
	FDOpenCount      Optional `sflow:"fd_open_count"` // newer agents send these two
	FDMaxCount       Optional `sflow:"fd_max_count"`
}

// Parse reads the structure.
func (j *JVMStatistics) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*j = JVMStatistics{
		HeapInitial: c.Uint64(), HeapUsed: c.Uint64(), HeapCommitted: c.Uint64(), HeapMax: c.Uint64(),
		NonHeapInitial: c.Uint64(), NonHeapUsed: c.Uint64(), NonHeapCommitted: c.Uint64(), NonHeapMax: c.Uint64(),
		GCCount: c.Uint32(), GCTime: c.Uint32(), ClassesLoaded: c.Uint32(), ClassesTotal: c.Uint32(),
		ClassesUnloaded: c.Uint32(), CompilationTime: c.Uint32(), ThreadNumLive: c.Uint32(), ThreadNumDaemon: c.Uint32(),
		ThreadNumStarted: c.Uint32(),
	}
	if c.Len() >= 8 {
		j.FDOpenCount, j.FDMaxCount = optional(&c), optional(&c)
	}
	return c.Fault()
}

// HTTPCounters is http_counters: requests to a web server, by method and by status.
type HTTPCounters struct {
	MethodOptionCount  uint32
	MethodGetCount     uint32
	MethodHeadCount    uint32
	MethodPostCount    uint32
	MethodPutCount     uint32
	MethodDeleteCount  uint32
	MethodTraceCount   uint32
	MethodConnectCount uint32
	MethodOtherCount   uint32
	Status1XXCount     uint32 `sflow:"status_1XX_count"`
	Status2XXCount     uint32 `sflow:"status_2XX_count"`
	Status3XXCount     uint32 `sflow:"status_3XX_count"`
	Status4XXCount     uint32 `sflow:"status_4XX_count"`
	Status5XXCount     uint32 `sflow:"status_5XX_count"`
	StatusOtherCount   uint32
}

// Parse reads the structure.
func (h *HTTPCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HTTPCounters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// AppOperations is app_operations: operations of an application, by how they ended.
type AppOperations struct {
	Application    Text
	Success        uint32
	Other          uint32
	Timeout        uint32
	InternalError  uint32
	BadRequest     uint32
	Forbidden      uint32
	TooLarge       uint32
	NotImplemented uint32
	NotFound       uint32
	Unavailable    uint32
	Unauthorized   uint32
}

// Parse reads the structure.
func (a *AppOperations) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppOperations{
		c.Opaque(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// AppResources is app_resources: what an application uses.
type AppResources struct {
	UserTime   uint32 // ms
	SystemTime uint32 // ms
	MemUsed    uint64 // bytes
	MemMax     uint64 // bytes
	FDOpen     uint32
	FDMax      uint32
	ConnOpen   uint32
	ConnMax    uint32
}

// Parse reads the structure.
func (a *AppResources) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppResources{c.Uint32(), c.Uint32(), c.Uint64(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// MemcacheCounters is memcache_counters: state of a memcached.
type MemcacheCounters struct {
	CmdSet               uint32
	CmdTouch             uint32
	CmdFlush             uint32
	GetHits              uint32
	GetMisses            uint32
	DeleteHits           uint32
	DeleteMisses         uint32
	IncrHits             uint32
	IncrMisses           uint32
	DecrHits             uint32
	DecrMisses           uint32
	CASHits              uint32
	CASMisses            uint32
	CASBadval            uint32
	AuthCmds             uint32
	AuthErrors           uint32
	Threads              uint32
	ConnYields           uint32
	ListenDisabledNum    uint32
	CurrConnections      uint32
	RejectedConnections  uint32
	TotalConnections     uint32
	ConnectionStructures uint32
	Evictions            uint32
	Reclaimed            uint32
	CurrItems            uint32
	TotalItems           uint32
	BytesRead            uint64
	BytesWritten         uint64
	Bytes                uint64
	LimitMaxbytes        uint64
}

// Parse reads the structure.
func (m *MemcacheCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*m = MemcacheCounters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint64(), c.Uint64(), c.Uint64(), c.Uint64(),
	}
	return c.Fault()
}

// AppWorkers is app_workers: the workers of an application.
type AppWorkers struct {
	Active  uint32
	Idle    uint32
	Max     uint32
	Delayed uint32
	Dropped uint32
}

// Parse reads the structure.
func (a *AppWorkers) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppWorkers{c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}
