package sflow_test

import (
	"encoding/binary"
	"reflect"
	"testing"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
)

// wire writes a structure as the standard lays it out: fields in their order,
// numbers counted up from 1, strings of growing length, MACs padded. It fills
// into with what must be read.
func wire(into reflect.Value) (b []byte) {
	for i := range into.NumField() {
		f, n := into.Field(i), uint64(i+1)
		switch f.Interface().(type) {
		case sflow.MAC:
			b = binary.BigEndian.AppendUint64(b, n<<16)
			f.SetUint(n)
			continue
		case sflow.Optional:
			b = binary.BigEndian.AppendUint32(b, uint32(n))
			f.Set(reflect.ValueOf(sflow.Optional{Value: uint32(n), Known: true}))
			continue
		}
		switch f.Kind() {
		case reflect.Slice:
			text := []byte("abcdefghijklmnopqrstuvwxyz"[:n])
			b = binary.BigEndian.AppendUint32(b, uint32(n))
			b = append(append(b, text...), make([]byte, -n&3)...)
			f.SetBytes(text)
		case reflect.Uint32:
			b = binary.BigEndian.AppendUint32(b, uint32(n))
			f.SetUint(n)
		case reflect.Uint64:
			b = binary.BigEndian.AppendUint64(b, n)
			f.SetUint(n)
		}
	}
	return b
}

// TestStructuresWithStrings: structures with strings are read field by field, a tail is
// ignored, and every cut is refused.
func TestStructuresWithStrings(t *testing.T) {
	checked := 0
	for _, k := range all() {
		switch k.Name {
		case "extended_mpls_tunnel", "extended_mpls_vc", "extended_mpls_FTN", "extended_80211_payload", "extended_80211_rx", "extended_80211_tx",
			"memcache_operation", "http_request_deprecated", "app_operation", "app_parent_context", "app_initiator", "app_target", "http_request",
			"extended_proxy_request", "jvm_runtime", "jvm_statistics", "app_operations":
		default:
			continue
		}
		checked++
		want := k.New()
		b := wire(reflect.ValueOf(want).Elem())
		got := k.New()
		if f := got.Parse(b); f != xdr.OK || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %+v, want %+v", k.Name, f, got, want)
		}
		if f := k.New().Parse(append(b, 0, 0, 0, 9)); f != xdr.OK {
			t.Errorf("%s with a tail: %v", k.Name, f)
		}
		for n := 0; n < len(b); n += 4 {
			if k.Name == "jvm_statistics" && n >= 100 {
				break // older agents send no more
			}
			if f := k.New().Parse(b[:n]); f == xdr.OK {
				t.Errorf("%s of %d bytes is accepted", k.Name, n)
			}
		}
	}
	if checked != 17 {
		t.Errorf("%d structures checked", checked)
	}
}
