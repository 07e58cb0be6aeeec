// Package publish turns samples and conclusions into records on topics and
// hands them, in blocks, to sinks: Kafka (publish/kafka) or files
// (publish/file).
//
// Each worker has an Encoder, which writes protobuf records straight into an
// open Block for each partition; the engine's events (paths, elephants, alerts,
// topology) become JSON and share one set of open blocks. A Block holds the
// records of one Kafka record batch (format v2), ready to be framed. After the
// topic's linger, or when it is full, a block is sealed: the ledger counts its
// records, the queue's bound is checked, and the block is handed over to the
// sink, which owns it until it calls Done exactly once.
//
// Each sink has blocks, queue and ledger of its own (a lane). The first sink is
// the primary: its ledger is the one of spoor_publish_*.
//
// The primary lane may have spools on disk (publish/spool), one for each class of
// topics: samples, events, alerts. While memory is full, blocks go there, and all that come later
// of their class behind them, until it is empty again. A block that was attempted keeps its
// producer id, epoch and sequence in the spool's journal. What is not delivered
// at the end is written in front of the rest.
//
// The ledger closes: records + recovered = acknowledged + dropped by reason +
// queued + spooled. Records in open blocks are not counted yet.
package publish
