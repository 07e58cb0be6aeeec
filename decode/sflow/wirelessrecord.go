package sflow

import "spoor/decode/xdr"

// Extended80211Payload is extended_80211_payload: the payload of a wireless frame, unencrypted.
type Extended80211Payload struct {
	CipherSuite uint32
	Data        []byte
}

// Parse reads the structure.
func (e *Extended80211Payload) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = Extended80211Payload{c.Uint32(), c.Opaque()}
	return c.Fault()
}

// Extended80211Rx is extended_80211_rx: how a wireless frame was received.
type Extended80211Rx struct {
	SSID           Text
	BSSID          MAC
	Version        uint32
	Channel        uint32
	Speed          uint64 // bit/s
	RSNI           uint32
	RCPI           uint32
	PacketDuration uint32 // us
}

// Parse reads the structure.
func (e *Extended80211Rx) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = Extended80211Rx{c.Opaque(), mac(&c), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// Extended80211Tx is extended_80211_tx: how a wireless frame was sent.
type Extended80211Tx struct {
	SSID            Text
	BSSID           MAC
	Version         uint32
	Transmissions   uint32
	PacketDuration  uint32 // us
	RetransDuration uint32 // us
	Channel         uint32
	Speed           uint64 // bit/s
	Power           uint32 // mW
}

// Parse reads the structure.
func (e *Extended80211Tx) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*e = Extended80211Tx{
		c.Opaque(), mac(&c), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint64(), c.Uint32(),
	}
	return c.Fault()
}
