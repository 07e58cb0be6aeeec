package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on what a file may claim.
const (
	maxFrame      = 256 << 10 // bytes of one packet, as tcpdump and Wireshark have it
	maxInterfaces = 1 << 16   // of one pcapng section
)

// frame is one captured packet; data is valid until the container's next call.
type frame struct {
	data []byte
	link linkType
	time int64 // Unix ns
	cut  bool  // the capture kept less than was on the wire
}

// container yields frames. It ends with io.EOF where a packet or block ends,
// with errCut inside of one, with a damageError where the content makes no sense.
type container interface {
	next(f *frame) error
}

// errCut says that the file ends inside a packet.
var errCut = errors.New("ends in the middle of a packet")

// damageError is content that cannot be, or that we do not read: the file's name and
// this make a sentence.
type damageError string

func (d damageError) Error() string { return string(d) }

func damaged(format string, args ...any) error {
	return damageError("is damaged: " + fmt.Sprintf(format, args...) + ": copy or record it again")
}

// errNoCapture says that a file is of another kind.
var errNoCapture = errors.New("no capture")

// openContainer tells the format by its first bytes.
func openContainer(r *bufio.Reader) (container, error) {
	magic, err := r.Peek(4)
	switch {
	case errors.Is(err, io.EOF):
		return nil, errNoCapture
	case err != nil:
		return nil, err
	}
	if bytes.Equal(magic, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		return newPcapng(r), nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case pcapMicro:
			return openPcap(r, order, 1000)
		case pcapNano:
			return openPcap(r, order, 1)
		}
	}
	return nil, errNoCapture
}

// readFull fills b; an end inside of it is errCut.
func readFull(r io.Reader, b []byte) error {
	if _, err := io.ReadFull(r, b); err != nil {
		return cutError(err)
	}
	return nil
}

// readStart fills b, the start of a packet: an end before its first byte is io.EOF.
func readStart(r io.Reader, b []byte) error {
	if _, err := io.ReadFull(r, b); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return cutError(err)
	}
	return nil
}

func cutError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}
