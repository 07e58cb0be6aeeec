// Package collector receives UDP datagrams and accounts for them. It knows
// bytes, addresses and sequence numbers, not sFlow: what a datagram says is the
// Handler's business.
//
// # Who owns the bytes
//
// Each worker owns one socket, one thread (Linux) and one slab of buffers for
// life. Handler.Datagram is called on the worker's goroutine with a payload
// inside that slab; it is borrowed until the call returns. Its capacity is cut
// to its length, so an append cannot reach the neighbour.
//
// # Close protocol
//
//  1. The context of Run ends: every worker is marked as stopping, and
//     shutdown(2) on its socket (elsewhere: a read deadline in the past) wakes
//     it at once.
//  2. The worker reads what its socket still holds, for at most 100 ms, and
//     hands it over; then it calls Handler.Flush for the last time and reads the
//     kernel's drop counter once more.
//  3. Only when its worker has returned is a socket closed, so that its
//     descriptor cannot be reused under a reader.
//  4. Run returns when all workers have; Stats stays readable.
//
// # Ledger
//
// Received = Delivered + Truncated + Refused, exactly, once Run has returned;
// KernelDrops is what never reached us.
package collector
