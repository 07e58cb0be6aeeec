// Package file is the sink that writes records to files, one JSON object a
// line and one file a topic, by reading the blocks back that the publisher made
// for it: what stands in a file is what a consumer of the topic would see.
//
// Protobuf topics appear in the protobuf JSON mapping, in one canonical form:
// compact, members in the order of the schema. JSON topics appear byte for byte.
// Tombstones are left out.
//
// There are two modes. Replay writes a directory that appears, or replaces an
// older one of ours, as a whole when Commit is called. Append adds to files
// that are bounded and rotated.
package file
