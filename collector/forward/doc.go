// Package forward sends datagrams on to other collectors, byte for byte as they
// came. It is how people try a collector beside the one they have.
//
// A worker's Sender copies payloads into a batch; a goroutine for each target
// sends the batches. What a target does not take in time is dropped and counted:
// no target makes a worker, or another target, wait.
//
// The receiver sees our address as the source. sFlow names its agent in the
// datagram, so that nothing is lost but the agent's port.
package forward
