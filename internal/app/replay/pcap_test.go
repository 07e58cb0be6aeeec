package replay

import (
	"encoding/binary"
	"os"
	"testing"
)

// noSFlow writes a capture of two datagrams to port 6343 that hold text.
func noSFlow(t *testing.T, path string) string {
	t.Helper()
	return writePcap(t, path, []byte("this is no sFlow"), []byte("this is no sFlow"))
}

// writePcap writes a capture of datagrams to port 6343, a second apart.
func writePcap(t *testing.T, path string, payloads ...[]byte) string {
	t.Helper()
	le, be := binary.LittleEndian, binary.BigEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 65535)
	b = le.AppendUint32(b, 101) // raw IP
	for i, payload := range payloads {
		ip := []byte{0x45, 0}
		ip = be.AppendUint16(ip, uint16(20+8+len(payload)))
		ip = append(ip, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
		ip = be.AppendUint16(ip, 40000)
		ip = be.AppendUint16(ip, 6343)
		ip = be.AppendUint16(ip, uint16(8+len(payload)))
		ip = append(ip, 0, 0)
		ip = append(ip, payload...)
		b = le.AppendUint32(b, 1700000000+uint32(i))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(len(ip)))
		b = le.AppendUint32(b, uint32(len(ip)))
		b = append(b, ip...)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
