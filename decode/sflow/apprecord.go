package sflow

import "spoor/decode/xdr"

// Transaction is transaction: one exchange of a client and a server.
type Transaction struct {
	Direction     uint32
	Wait          uint32 // us
	Duration      uint32 // us
	Status        uint32
	BytesReceived uint64
	BytesSent     uint64
}

// Parse reads the structure.
func (t *Transaction) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*t = Transaction{c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint64()}
	return c.Fault()
}

// MemcacheOperation is memcache_operation: one operation of a memcached.
type MemcacheOperation struct {
	Protocol   uint32
	Cmd        uint32
	Key        Text
	NKeys      uint32 `sflow:"nkeys"`
	ValueBytes uint32
	DurationUS uint32
	Status     uint32
}

// Parse reads the structure.
func (m *MemcacheOperation) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*m = MemcacheOperation{c.Uint32(), c.Uint32(), c.Opaque(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// HTTPRequestOld is http_request (2201): http_request before it stated the version of the protocol.
type HTTPRequestOld struct {
	Method     uint32
	URI        Text
	Host       Text
	Referer    Text
	UserAgent  Text `sflow:"useragent"`
	XFF        Text
	AuthUser   Text `sflow:"authuser"`
	MIMEType   Text
	ReqBytes   uint64
	RespBytes  uint64
	DurationUS uint32
	Status     uint32
}

// Parse reads the structure.
func (h *HTTPRequestOld) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HTTPRequestOld{
		c.Uint32(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Uint64(),
		c.Uint64(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// AppOperation is app_operation: one operation of an application.
type AppOperation struct {
	Application Text
	Operation   Text
	Attributes  Text
	StatusDescr Text
	ReqBytes    uint64
	RespBytes   uint64
	DurationUS  uint32
	Status      uint32
}

// Parse reads the structure.
func (a *AppOperation) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppOperation{c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Uint64(), c.Uint64(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// AppParentContext is app_parent_context: the operation that an operation is part of.
type AppParentContext struct {
	Application Text
	Operation   Text
	Attributes  Text
}

// Parse reads the structure.
func (a *AppParentContext) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppParentContext{c.Opaque(), c.Opaque(), c.Opaque()}
	return c.Fault()
}

// AppActor is app_initiator or app_target: who begins an operation (app_initiator), or whom it concerns (app_target).
type AppActor struct {
	Actor Text
}

// Parse reads the structure.
func (a *AppActor) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*a = AppActor{c.Opaque()}
	return c.Fault()
}

// HTTPRequest is http_request: one request to a web server.
type HTTPRequest struct {
	Method     uint32
	Version    uint32 // 1001 is 1.1
	URI        Text
	Host       Text
	Referer    Text
	UserAgent  Text `sflow:"useragent"`
	XFF        Text
	AuthUser   Text `sflow:"authuser"`
	MIMEType   Text
	ReqBytes   uint64
	RespBytes  uint64
	DurationUS uint32
	Status     uint32
}

// Parse reads the structure.
func (h *HTTPRequest) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*h = HTTPRequest{
		c.Uint32(), c.Uint32(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(), c.Opaque(),
		c.Uint64(), c.Uint64(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// ExtendedProxyRequest is extended_proxy_request: what a proxy asked for in turn.
type ExtendedProxyRequest struct {
	URI  Text
	Host Text
}

// Parse reads the structure.
func (e *ExtendedProxyRequest) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = ExtendedProxyRequest{c.Opaque(), c.Opaque()}
	return c.Fault()
}
