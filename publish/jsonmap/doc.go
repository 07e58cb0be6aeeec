// Package jsonmap writes protobuf messages in the protobuf JSON mapping, straight
// from their encoding: no message is built, and nothing is allocated.
//
// The form is canonical: compact, members in the order of the schema, what is
// protojson's with the white space taken out. Fields that the schema does not
// know are left out.
package jsonmap
