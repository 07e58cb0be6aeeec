// Package capture reads recorded datagrams: pcap and pcapng, plain, gzip or
// zstd, merged by time, as if they arrived now.
//
// Containers: pcap 2.4 (both byte orders, micro- and nanoseconds), pcapng
// (sections of both byte orders; interface description, enhanced, simple and
// obsolete packet blocks; all others are skipped).
//
// Links: Ethernet with any mix of up to eight VLAN tags, Linux cooked v1 and v2,
// raw IP, BSD null and loop.
//
// Network: IPv4 with options, IPv6 with extension headers, fragments of both
// (put together within strict bounds), UDP.
//
// A file that ends in mid-packet, or is damaged, yields what lies before that and
// then the error. Packets = Datagrams + the sum of Skipped, always.
//
// The containers are read by code of our own: google/gopacket/pcapgo (a writer and
// an oracle in our tests) keeps 8 bits of the link type, which makes Linux cooked
// v2 unreadable, takes a cut pcapng for a complete one, and panics or allocates
// gigabytes on damaged input.
package capture
