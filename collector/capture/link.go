package capture

import (
	"encoding/binary"
	"fmt"
)

// linkType is the kind of frames in a capture (tcpdump.org/linktypes.html).
type linkType uint32

// Link types that are read.
const (
	linkNull     linkType = 0
	linkEthernet linkType = 1
	linkRawBSD   linkType = 12
	linkRawOpen  linkType = 14
	linkRaw      linkType = 101
	linkLoop     linkType = 108
	linkSLL      linkType = 113
	linkIPv4     linkType = 228
	linkIPv6     linkType = 229
	linkSLL2     linkType = 276
)

const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd

	vlanTag   = 4
	maxVLANs  = 8
	etherSize = 14
	sllSize   = 16
	sll2Size  = 20
	nullSize  = 4
)

func (l linkType) supported() bool {
	switch l {
	case linkNull, linkEthernet, linkRawBSD, linkRawOpen, linkRaw, linkLoop, linkSLL, linkIPv4, linkIPv6, linkSLL2:
		return true
	}
	return false
}

// unsupportedLink tells of a link type that we do not read.
func unsupportedLink(l linkType) error {
	names := map[linkType]string{
		9: " (PPP)", 105: " (802.11)", 127: " (802.11 with radio information)", 147: " (private)", 189: " (USB)", 195: " (802.15.4)",
		220: " (USB)", 239: " (netfilter log)", 253: " (netlink)", 280: " (vsock)",
	}
	return damageError(fmt.Sprintf("has packets of link type %d%s, which is not supported: record on an Ethernet, cooked (-i any), loopback or raw IP interface", l, names[l]))
}

// network finds the IP packet in a frame.
func network(l linkType, b []byte) ([]byte, skip) {
	var kind uint16
	var head int
	switch l {
	case linkEthernet:
		head = etherSize
		if len(b) >= head {
			kind = binary.BigEndian.Uint16(b[12:])
		}
	case linkSLL:
		head = sllSize
		if len(b) >= head {
			kind = binary.BigEndian.Uint16(b[14:])
		}
	case linkSLL2:
		head = sll2Size
		if len(b) >= head {
			kind = binary.BigEndian.Uint16(b)
		}
	case linkNull, linkLoop:
		head = nullSize
		if len(b) >= head && !internetFamily(b) {
			return nil, skipNotIP
		}
		kind = byVersion(b, head)
	case linkRaw, linkRawBSD, linkRawOpen, linkIPv4, linkIPv6:
		kind = byVersion(b, 0)
	default:
		return nil, skipLink
	}
	if len(b) < head {
		return nil, skipMalformed
	}
	return untag(kind, b[head:])
}

// untag passes VLAN tags (802.1Q, 802.1ad, and the older 0x9100 and 0x9200).
func untag(kind uint16, b []byte) ([]byte, skip) {
	for range maxVLANs {
		switch kind {
		case 0x8100, 0x88a8, 0x9100, 0x9200:
			if len(b) < vlanTag {
				return nil, skipMalformed
			}
			kind = binary.BigEndian.Uint16(b[2:])
			b = b[vlanTag:]
		case etherIPv4, etherIPv6:
			return b, delivered
		default:
			return nil, skipNotIP
		}
	}
	return nil, skipMalformed
}

// byVersion gives the EtherType for the version of an IP packet at b[at:].
func byVersion(b []byte, at int) uint16 {
	if len(b) > at {
		switch b[at] >> 4 {
		case 4:
			return etherIPv4
		case 6:
			return etherIPv6
		}
	}
	return 0
}

// internetFamily reads the address family before the packet, in the byte order
// of the machine that recorded it; each system has its own number for IPv6.
func internetFamily(b []byte) bool {
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2, 10, 24, 28, 30:
		return true
	}
	return false
}
