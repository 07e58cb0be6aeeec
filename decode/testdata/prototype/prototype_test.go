package decode_test

import proto "spoor/decode/prototype"

// TestSpeed's laidOver puts this file into the package, and the prototype where it is imported from.
func init() {
	var d proto.Datagram
	prototype = d.Decode
}
