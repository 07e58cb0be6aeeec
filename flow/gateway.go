package flow

// Gateway is what BGP told of a packet's way, beside what a Sample holds of it.
// Both are borrowed.
type Gateway struct {
	ASPath      []uint32 // to the destination, segments after each other
	Communities []uint32
}
