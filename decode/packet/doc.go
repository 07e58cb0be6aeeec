// Package packet dissects the header bytes of a sampled packet into a
// flow.Packet, whose memory is the caller's.
//
// Read are Ethernet (II, 802.3 with LLC/SNAP), VLAN tags (802.1Q, 802.1ad and
// the older 0x9100 and 0x9200), VN-Tag, MPLS with IP or an Ethernet pseudowire
// behind it, IPv4 with options, IPv6 with extension headers, TCP, UDP, SCTP,
// ICMP and ICMPv6, RoCEv2's base transport header, the authentication header (its
// payload is in the clear) and one level of tunnel: VXLAN, VXLAN-GPE, Geneve, GTP-U,
// GRE (IP or Ethernet inside), IP in IP in any combination of versions. ESP ends
// the dissection: what follows is encrypted.
//
// Rules:
//
//   - No byte outside the header is read; a header that ends inside a layer sets
//     Truncated and leaves what was read before it. So does a malformed layer,
//     and a stack of layers deeper than what is read.
//   - The first inner IP packet is the flow, the packet around it the outer one.
//     What lies deeper is not followed. If no inner IP packet can be read, the
//     outer one stays the flow and the packet counts as not tunnelled.
//   - A tunnel over UDP is recognised by its destination port and its own flags.
//   - ERSPAN and other mirrored traffic is not followed: a copy is not the flow.
//   - A fragment's ports are 0, the first one's too, so that all pieces of a
//     packet have one key.
//   - IP's total length limits the layers behind it: what follows is padding.
//
// The work is bounded: one loop over the layers, at most 4 VLAN tags, 10 MPLS
// labels and 8 IPv6 extension headers in each packet, and two packets.
package packet
