// Package dump shows sFlow datagrams with everything in them, as JSON or as
// text for people: the work of "spoor decode".
//
// It walks a datagram as package decode does, with the same parsers, and so
// refuses what decode refuses, by the same reasons; but where decode keeps what
// a flow needs, it shows every value of every record, under the standard's
// names, and what cannot be read as bytes in hexadecimal. It is not made for
// speed.
package dump
