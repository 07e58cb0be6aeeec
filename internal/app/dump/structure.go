package dump

import (
	"encoding/binary"
	"encoding/hex"
	"reflect"
	"strings"
	"unicode"

	"spoor/decode/sflow"
	"spoor/flow"
)

// appendFields appends the fields of a structure under the standard's names.
func appendFields(o object, s any) object {
	v := reflect.ValueOf(s)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("sflow")
		switch {
		case name == "-":
			continue
		case f.Anonymous:
			o = appendFields(o, v.Field(i).Interface())
			continue
		case name == "":
			name = snake(f.Name)
		}
		o.add(name, value(v.Field(i)))
	}
	return o
}

// value gives what is shown of a field.
func value(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case sflow.Text:
		return string(x)
	case sflow.MAC:
		return mac(uint64(x))
	case flow.Addr:
		return address(x)
	case sflow.Optional:
		if !x.Known {
			return nil
		}
		return uint64(x.Value)
	case [16]byte:
		return uuid(x)
	case []byte:
		return hexBytes(x)
	}
	if l, ok := listed(v.Interface()); ok {
		return l
	}
	switch v.Kind() {
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint()
	case reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Float32:
		return float32(v.Float())
	case reflect.Float64:
		return v.Float()
	case reflect.Struct:
		return appendFields(nil, v.Interface())
	}
	panic("BUG: no way to show a " + v.Type().String())
}

// listed gives the elements of the arrays that structures hold as bytes.
func listed(v any) (l list, ok bool) {
	l = list{}
	switch x := v.(type) {
	case sflow.Words:
		for i := range x.Len() {
			l = append(l, uint64(x.At(i)))
		}
	case sflow.Percentages:
		for i := range x.Len() {
			l = append(l, int64(x.At(i)))
		}
	case sflow.ASPath:
		for kind, numbers := range x.All() {
			all, _ := listed(numbers)
			l = append(l, segment(kind, all))
		}
	case sflow.Lanes:
		for lane := range x.All() {
			l = append(l, appendFields(nil, lane))
		}
	case sflow.Adapters:
		for index, macs := range x.All() {
			addresses := list{}
			for i := range macs.Len() {
				addresses = append(addresses, mac(uint64(macs.At(i))))
			}
			l = append(l, object{{"ifIndex", uint64(index)}, {"mac_address", addresses}})
		}
	case sflow.Values:
		for name, val := range x.All() {
			l = append(l, object{{"name", string(name)}, {"value", value(reflect.ValueOf(val))}})
		}
	default:
		return nil, false
	}
	return l, true
}

func segment(kind uint32, numbers list) object {
	switch kind {
	case sflow.ASSet:
		return object{{"as_set", numbers}}
	case sflow.ASSequence:
		return object{{"as_sequence", numbers}}
	}
	return object{{"type", uint64(kind)}, {"as", numbers}}
}

// snake gives "dst_as_path" for "DstASPath".
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if i > 0 && unicode.IsUpper(r) &&
			(!unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func mac(v uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	var s strings.Builder
	for i, octet := range b[2:] {
		if i > 0 {
			s.WriteByte(':')
		}
		s.WriteString(hex.EncodeToString([]byte{octet}))
	}
	return s.String()
}

// address gives the text of an address, nil if it is unknown.
func address(a flow.Addr) any {
	if a.IsZero() {
		return nil
	}
	return a.String()
}

func uuid(u [16]byte) string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
