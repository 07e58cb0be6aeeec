// Package spool keeps batches of records on disk until they are delivered:
// first in, first out, bounded by bytes and by age, the oldest dropped first.
//
// # Files
//
// A spool is a directory of segments, named by a number in 16 hex digits that
// grows with time, and a lock. <number>.seg begins with 8 bytes of magic; then
// records follow, each a header of 52 bytes (big-endian) and a body:
//
//	 0  CRC-32C of all that follows     28  first timestamp, Unix ms
//	 4  length of the body              36  newest timestamp, Unix ms
//	 8  length of the payload           44  when it was written, Unix ms
//	12  topic, codec (0 none, 1 S2)     52  body: the payload, compressed
//	16  partition, 20 among how many, 24 number of records
//
// <number>.idx says how large a finished segment is and what it holds, so that a
// start need not read it (index.go).
//
// <number>.log is the segment's journal: entries of 40 bytes that say what
// became of the records. A record may be divided anew among partitions, so an
// entry names the record's offset, the number of partitions and the partition:
//
//	 0  CRC-32C of all that follows     20  partition
//	 4  1 attempted, 2 finished         24  producer id
//	 8  offset of the record            32  epoch
//	16  among how many partitions       36  sequence; of a finished one its number of records
//
// # What it survives
//
// What Append took is there after a kill -9; a loss of power may cost what was
// not synced yet (Config.Sync). A tail that was torn is cut at Open. An attempt
// is noted before it is made, so that the batch can be sent once more with the
// same producer id, epoch and sequence, and the broker stores it once.
package spool
